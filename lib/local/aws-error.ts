/** An error as an AWS service answers it; `name` is its code, such as `NoSuchKey`. */
export class AwsError extends Error {
  readonly status: number;

  constructor(name: string, message: string, status = 400) {
    super(message);
    this.name = name;
    this.status = status;
  }
}
