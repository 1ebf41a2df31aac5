package dev.echo.probe;

/** When which message is due, and which are the first and the last of each flow. */
final class Schedule {

  private final ProbeConfig config;
  private long start;

  Schedule(ProbeConfig config) {
    this.config = config;
  }

  void start(long now) {
    start = now;
  }

  long due(int flow, long number) {
    return start + config.dueNanos((number - 1) * config.flows + flow);
  }

  /** When the message after the last is due. */
  long end() {
    return start + config.dueNanos(config.messages);
  }

  /** When the first message that counts is due. */
  long firstCounted() {
    return start + config.dueNanos(config.warmUpMessages);
  }

  /** The first number of a flow that counts. */
  long first(int flow) {
    return messagesOf(flow, config.warmUpMessages) + 1;
  }

  /** The last number of a flow. */
  long last(int flow) {
    return messagesOf(flow, config.messages);
  }

  private long messagesOf(int flow, long all) {
    return all / config.flows + (flow < all % config.flows ? 1 : 0);
  }
}
