package dev.echo;

/** Something hostile that goes on beside a test until it is closed. */
interface Attack extends AutoCloseable {

  /** Whether all of it has been tried, if it has not gone as far as it wants to. */
  boolean hasUnfolded();

  /** Ends it, and with it all of its connections; fails if it has ended by itself. */
  @Override
  void close();

  /** Waits for the thread of one that is told to end, which it does at once. */
  static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
