/** How a drawing looks, and how it does where the reader's system is dark. */
export const svgStyle = `
.page{fill:#fff}.line{fill:none;stroke:#64748b;stroke-width:1.4}.tip,.start{fill:#475569}
.box{fill:#f8fafc;stroke:#475569;stroke-width:1.5}.inner{fill:none;stroke:#475569}
text{font:13px system-ui,sans-serif;fill:#0f172a;text-anchor:middle}.note{font-size:11px;font-style:italic}
.label text{font-size:11.5px;fill:#334155}text.listed{font-size:12px;text-anchor:start}
.any .box{stroke-dasharray:2 3}.disabled .line{stroke:#94a3b8;stroke-dasharray:5 4}
.disabled .box{fill:#f1f5f9;stroke:#94a3b8;stroke-dasharray:5 4}.disabled .inner{stroke:#94a3b8}
.disabled text,.label .off{fill:#64748b}
.current .box{fill:#fef3c7;stroke:#b45309;stroke-width:3}.current .inner{stroke:#b45309}.current text{fill:#78350f}
.move:hover .line{stroke:#2563eb;stroke-width:2.4}
@media (prefers-color-scheme:dark){
.page{fill:#0f172a}.line{stroke:#94a3b8}.tip,.start{fill:#cbd5e1}.box{fill:#1e293b;stroke:#94a3b8}.inner{stroke:#94a3b8}
text{fill:#f1f5f9}.label text{fill:#cbd5e1}.disabled .line,.disabled .box,.disabled .inner{stroke:#64748b}
.disabled .box{fill:#172033}.disabled text,.label .off{fill:#94a3b8}
.current .box{fill:#713f12;stroke:#fbbf24}.current .inner{stroke:#fbbf24}.current text{fill:#fef3c7}
.move:hover .line{stroke:#60a5fa}}
`.replaceAll("\n", "");
