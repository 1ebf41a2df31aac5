package dev.echo.demo;

import dev.echo.Endpoint;

/** An endpoint as the command line names it: one of the library's, with TLS or without. */
record DemoEndpoint(Endpoint endpoint, boolean tls) {

  /** As {@link Endpoint#parse}, with {@code tls://HOST:PORT} beside the others. */
  static DemoEndpoint parse(String uri) {
    boolean tls = uri.regionMatches(true, 0, "tls://", 0, 6);
    Endpoint endpoint = tls ? parseTls(uri) : Endpoint.parse(uri);
    if (endpoint instanceof Endpoint.Unix unix && unix.path().toString().isEmpty()) {
      throw new IllegalArgumentException("Endpoint \"" + uri + "\" has no path");
    }
    return new DemoEndpoint(endpoint, tls);
  }

  private static Endpoint parseTls(String uri) {
    String tcp = "tcp" + uri.substring(3);
    try {
      return Endpoint.parse(tcp);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(e.getMessage().replace(tcp, uri), e);
    }
  }

  @Override
  public String toString() {
    return tls ? "tls" + endpoint.toString().substring(3) : endpoint.toString();
  }
}
