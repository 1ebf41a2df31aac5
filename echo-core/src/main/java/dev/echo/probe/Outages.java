package dev.echo.probe;

/** For how long no message was received, in the order of their numbers. */
final class Outages {

  private boolean isOut;
  private long start;
  private long longest;

  /** A message was received. */
  void received(long due) {
    longest = longest(due);
    isOut = false;
  }

  /** A message was not received in time. */
  void missed(long due) {
    if (!isOut) {
      start = due;
      isOut = true;
    }
  }

  /**
   * The longest one, if that which may be under way is over now.
   *
   * @param due when the next message is due
   */
  long longest(long due) {
    return isOut ? Math.max(longest, due - start) : longest;
  }
}
