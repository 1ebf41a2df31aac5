package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

/** Any text is an endpoint that its text form gives back, or is refused by its name. */
public final class EndpointFuzz {

  private EndpointFuzz() {}

  /**
   * Called by the fuzzer.
   *
   * @param input the text
   */
  public static void fuzzerTestOneInput(byte[] input) {
    String uri = new String(input, UTF_8);
    Endpoint endpoint;
    try {
      endpoint = Endpoint.parse(uri);
    } catch (IllegalArgumentException e) {
      String named = uri.regionMatches(true, 0, "unix:", 0, 5) ? uri.substring(5) : uri;
      assertTrue(e.getMessage().contains(named), e.getMessage());
      return;
    }

    Endpoint again = Endpoint.parse(endpoint.toString());
    assertEquals(endpoint, again);
    assertEquals(endpoint.toString(), again.toString());
    assertEquals(endpoint.hashCode(), again.hashCode());
    assertNotNull(endpoint.address());
  }
}
