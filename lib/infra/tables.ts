import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, StreamViewType, Table } from "aws-cdk-lib/aws-dynamodb";
import { Construct } from "constructs";
import { indexes, ttlAttribute } from "#contract/table-schema.ts";

const text = (name: string) => ({ name, type: AttributeType.STRING });

/** The two tables: what the families store, with its stream, and the counters, without one (they would feed themselves). */
export class Tables extends Construct {
  readonly families: Table;
  readonly counters: Table;

  constructor(scope: Construct, id: string, options: { keepData: boolean }) {
    super(scope, id);
    const common = {
      partitionKey: text("pk"),
      sortKey: text("sk"),
      billingMode: BillingMode.PAY_PER_REQUEST,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: options.keepData,
      removalPolicy: options.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    };
    this.families = new Table(this, "Families", {
      ...common,
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: ttlAttribute,
    });
    for (const { name, sortKey } of Object.values(indexes)) {
      this.families.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: text("pk"),
        sortKey: text(sortKey),
        projectionType: ProjectionType.KEYS_ONLY,
      });
    }
    this.counters = new Table(this, "Counters", { ...common, timeToLiveAttribute: ttlAttribute });
  }
}
