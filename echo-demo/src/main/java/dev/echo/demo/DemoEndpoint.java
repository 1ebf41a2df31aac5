package dev.echo.demo;

import dev.echo.Endpoint;

/** An endpoint of the command line: one of the library's, with or without TLS. */
record DemoEndpoint(Endpoint endpoint, boolean tls) {

  /** As {@link Endpoint#parse}, but takes {@code tls://HOST:PORT}, too. */
  static DemoEndpoint parse(String uri) {
    boolean tls = uri.regionMatches(true, 0, "tls://", 0, 6);
    Endpoint endpoint = endpoint(uri, tls ? "tcp" + uri.substring(3) : uri);
    if (endpoint instanceof Endpoint.Unix unix && unix.path().toString().isEmpty()) {
      throw new IllegalArgumentException("Endpoint \"" + uri + "\" has no path");
    }
    return new DemoEndpoint(endpoint, tls);
  }

  /** Has a failure name the endpoint as it was given, and the form that the library lacks. */
  private static Endpoint endpoint(String given, String uri) {
    try {
      return Endpoint.parse(uri);
    } catch (IllegalArgumentException e) {
      String message = e.getMessage()
          .replace(" tcp://HOST:PORT, ", " tcp://HOST:PORT, tls://HOST:PORT, ")
          .replace("\"" + uri + "\"", "\"" + given + "\"");
      throw new IllegalArgumentException(message, e);
    }
  }

  /** Returns where a client says to have connected to, which over a Unix socket is no address. */
  Endpoint.Inet proxyDestination() {
    return endpoint instanceof Endpoint.Inet inet ? inet : Endpoint.tcp("0.0.0.0", 0);
  }

  @Override
  public String toString() {
    return tls ? "tls" + endpoint.toString().substring(3) : endpoint.toString();
  }
}
