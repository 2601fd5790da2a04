/**
 * Decides whether a server that has crashed is started again. One that crashes
 * again and again is not; one that has crashed now and then over a day is.
 */
export class Crashes {
  private times: number[] = [];

  /**
   * @param limit so many crashes are too many
   * @param period within so many milliseconds
   */
  constructor(
    private readonly limit = 4,
    private readonly period = 3 * 60 * 1000,
  ) {}

  /** Notes a crash and reports whether to start again. */
  crashed(now: number): boolean {
    this.times = this.times.filter((t) => now - t < this.period);
    this.times.push(now);
    return this.times.length < this.limit;
  }

  /** Forgets everything, for when the user asks for a start. */
  reset(): void {
    this.times = [];
  }
}
