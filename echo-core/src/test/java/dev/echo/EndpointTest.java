package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp://127.0.0.1:7007",
        "udp://127.0.0.1:0",
        "tcp://localhost:65535",
        "udp://echo.example.org:7",
        "tcp://my_host-2:7",
        "tcp://müller.example:7",
        "tcp://[::1]:7",
        "udp://[::]:0",
        "tcp://[2001:db8::1:0:0:1]:443",
        "tcp://[fe80::1%eth0]:7",
        "udp://[fe80::1%2]:7",
        "udp://[fe80::1%2525]:7", // interface 25
        "unix:/run/echo.sock",
        "unix:relative/echo.sock",
        "unix:/with space/and:colon",
        "unix:"
      })
  void formatsWhatItParsed(String uri) {
    Endpoint endpoint = Endpoint.parse(uri);

    assertEquals(uri, endpoint.toString());
    assertEquals(endpoint, Endpoint.parse(endpoint.toString()));
    assertEquals(endpoint.hashCode(), Endpoint.parse(uri).hashCode());
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://[fe80::1%25eth0]:7, fe80::1%eth0",
    "tcp://[fe80::1%252]:7, fe80::1%2",
    "tcp://[fe80::1%2525]:7, fe80::1%25",
    "tcp://[fe80::1%25]:7, fe80::1%25",
  })
  void takesTheZoneOfAUriWithItsPerCentSignEscaped(String uri, String host) {
    Endpoint.Tcp endpoint = (Endpoint.Tcp) Endpoint.parse(uri);

    assertEquals(host, endpoint.host());
    assertEquals(endpoint, Endpoint.parse(endpoint.toString()));
  }

  @Test
  void parsesTransportHostAndPort() {
    assertEquals(new Endpoint.Tcp("localhost", 7), Endpoint.parse("tcp://localhost:7"));
    assertEquals(new Endpoint.Udp("::1", 65_535), Endpoint.parse("udp://[::1]:65535"));
    assertEquals(new Endpoint.Unix(Path.of("/a/b")), Endpoint.parse("unix:/a/b"));
    assertEquals(new Endpoint.Unix(Path.of("")), Endpoint.parse("unix:"));
  }

  @ParameterizedTest
  @CsvSource({
    "TCP://localhost:7, tcp://localhost:7",
    "Udp://localhost:7, udp://localhost:7",
    "UNIX:/a, unix:/a",
    "tcp://localhost:0007, tcp://localhost:7",
    "tcp://[0:0:0:0:0:0:0:1]:7, tcp://[::1]:7"
  })
  void parsesOtherSpellingsOfTheSameEndpoint(String spelling, String uri) {
    assertEquals(Endpoint.parse(uri), Endpoint.parse(spelling));
    assertEquals(uri, Endpoint.parse(spelling).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "7007",
        "localhost:7",
        "tcp:localhost:7",
        "tcp://",
        "tcp://localhost",
        "tcp://localhost:",
        "tcp://localhost:x",
        "tcp://localhost:7/path",
        "tcp://localhost:-1",
        "tcp://localhost:1234567890",
        " tcp://localhost:7",
        "http://localhost:7",
        "tcp://::1:7",
        "tcp://[::1:7",
        "tcp://[::1]",
        "uni:/a"
      })
  void rejectsWhatIsNoEndpointAndTellsTheForms(String uri) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(uri));

    assertEquals(
        "Endpoint \"" + uri + "\" is none of tcp://HOST:PORT, udp://HOST:PORT, unix:PATH",
        e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "tcp://:7, 'Host \"\" is neither a name nor an address'",
    "tcp://a b:7, 'Host \"a b\" is neither a name nor an address'",
    "udp://-a:7, 'Host \"-a\" is neither a name nor an address'",
    "tcp://[]:7, 'Host \"\" is neither a name nor an address'",
    "tcp://[::1::2]:7, 'Host \"::1::2\" is not an IPv6 address'",
    "udp://[12345::]:7, 'Host \"12345::\" is not an IPv6 address'",
    "tcp://localhost:65536, Port 65536 is not within 0 to 65535",
    "udp://localhost:999999999, Port 999999999 is not within 0 to 65535"
  })
  void namesTheUriAndWhatIsWrongInIt(String uri, String reason) {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Endpoint.parse(uri));

    assertEquals("Endpoint \"" + uri + "\": " + reason, e.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "0:0:0:0:0:0:0:0, ::",
    "0:0:0:0:0:0:0:1, ::1",
    "1:0:0:0:0:0:0:0, 1::",
    "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
    "2001:0DB8:0:0:0:0:0:1, 2001:db8::1",
    "2001:db8::1:0:0:1, 2001:db8::1:0:0:1", // of two runs of the same length the first
    "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
    "1:0:0:2:0:0:0:3, 1:0:0:2::3", // the longest
    "1:0:0:0:2:0:0:3, 1::2:0:0:3",
    "1:0:2:0:3:0:4:0, 1:0:2:0:3:0:4:0", // a single zero stays
    "1:2:3:4:5:6:7:8, 1:2:3:4:5:6:7:8",
    "10:20:300:0:0:100:1000:0, 10:20:300::100:1000:0", // zeros within a group are none
    "fe80:0:0:0:0:0:0:1%eth0, fe80::1%eth0",
    "[::1], ::1",
    "::ffff:192.0.2.1, 192.0.2.1"
  })
  void shortensIpv6AddressesAsPeopleWriteThem(String spelling, String host) {
    assertEquals(host, Endpoint.tcp(spelling, 7).host());
    assertEquals(Endpoint.tcp(host, 7), Endpoint.tcp(spelling, 7));
    assertEquals(Endpoint.udp(host, 7), Endpoint.udp(spelling, 7));
  }

  /** RFC 5952, section 4.2.3. */
  @ParameterizedTest
  @CsvSource({
    "0:0:1:0:0:2:3:4, ::1:0:0:2:3:4",
    "0:0:1:2:3:4:0:0, ::1:2:3:4:0:0",
    "1:2:0:0:3:4:0:0, 1:2::3:4:0:0"
  })
  void shortensTheFirstOfTwoEqualRunsOfZerosWhereverTheyAre(String spelling, String host) {
    assertEquals(host, Endpoint.tcp(spelling, 7).host());
  }

  @Test
  void putsBracketsAroundIpv6AddressesAlone() {
    assertEquals("tcp://[::1]:7", Endpoint.tcp("::1", 7).toString());
    assertEquals("udp://[::1]:7", Endpoint.udp("[::1]", 7).toString());
    assertEquals("tcp://127.0.0.1:7", Endpoint.tcp("127.0.0.1", 7).toString());
    assertEquals("udp://a.example:7", Endpoint.udp("a.example", 7).toString());
  }

  @Test
  void takesThePortAloneForTheLoopbackAddress() {
    assertEquals(Endpoint.tcp("127.0.0.1", 7007), Endpoint.tcp(7007));
    assertEquals(Endpoint.udp("127.0.0.1", 7007), Endpoint.udp(7007));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65_535})
  void acceptsPortsInRange(int port) {
    assertEquals(port, Endpoint.tcp(port).address().getPort());
    assertEquals(port, Endpoint.udp("::1", port).address().getPort());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65_536, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void rejectsPortsOutOfRangeByTheirNumber(int port) {
    String message = "Port " + port + " is not within 0 to 65535";

    assertRejects(message, () -> Endpoint.tcp(port));
    assertRejects(message, () -> Endpoint.udp(port));
    assertRejects(message, () -> Endpoint.tcp("localhost", port));
    assertRejects(message, () -> Endpoint.udp("localhost", port));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "a b",
        "-a",
        ".a",
        "a/b",
        "a@b",
        "a%b",
        "[a]",
        "a\n",
        "\0", // no names
        "a:1",
        "1:2",
        "[::1",
        "::1]",
        ":::",
        "x:y",
        "::x", // no addresses
        "%a:b",
        "fe80::1%",
        "fe80::1%a]b",
        "fe80::1%a b",
        "::ffff:192.0.2.1%eth0" // no zones
      })
  void rejectsHostsThatCannotBeOneByName(String host) {
    for (Executable call :
        new Executable[] {() -> Endpoint.tcp(host, 7), () -> Endpoint.udp(host, 7)}) {
      IllegalArgumentException e = assertThrows(IllegalArgumentException.class, call);
      assertTrue(e.getMessage().contains("Host \"" + host + "\""), e.getMessage());
    }
  }

  @Test
  void rejectsWhatIsNoAddressWithinBrackets() {
    assertRejects("Host \"[::1]\" is not an IPv6 address", () -> Endpoint.tcp("[[::1]]", 7));
    assertRejects("Host \":\" is not an IPv6 address", () -> Endpoint.udp("[:]", 7));
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1"})
  void givesResolvedAddressesForLiterals(String host) throws Exception {
    InetSocketAddress address = Endpoint.tcp(host, 7).address();

    assertFalse(address.isUnresolved());
    assertEquals(InetAddress.getByName(host), address.getAddress());
    assertEquals(address, Endpoint.udp(host, 7).address());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "localhost",
        "echo.example.org",
        "256.0.0.1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4a",
        "fe80::1%nowhere"
      })
  void leavesTheLookUpOfNamesToOthers(String host) {
    for (InetSocketAddress address : new InetSocketAddress[] {
      Endpoint.tcp(host, 7).address(), Endpoint.udp(host, 7).address()
    }) {
      assertTrue(address.isUnresolved());
      assertEquals(host, address.getHostString());
      assertEquals(7, address.getPort());
    }
  }

  @Test
  void givesThePathOfAUnixSocket() {
    assertEquals(
        UnixDomainSocketAddress.of("/run/echo.sock"),
        Endpoint.unix(Path.of("/run/echo.sock")).address());
    assertEquals(UnixDomainSocketAddress.of(""), Endpoint.unix(Path.of("")).address());
    assertEquals("unix:", Endpoint.unix(Path.of("")).toString());
  }

  @Test
  void differsByTransportHostPortAndPath() {
    Endpoint endpoint = Endpoint.tcp("localhost", 7);

    assertEquals(endpoint, Endpoint.tcp("localhost", 7));
    assertNotEquals(endpoint, Endpoint.udp("localhost", 7));
    assertNotEquals(endpoint, Endpoint.tcp("localhost", 8));
    assertNotEquals(endpoint, Endpoint.tcp("127.0.0.1", 7));
    assertNotEquals(Endpoint.tcp("fe80::1%eth0", 7), Endpoint.tcp("fe80::1%eth1", 7));
    assertNotEquals(Endpoint.unix(Path.of("/a")), Endpoint.unix(Path.of("/b")));
  }

  private static void assertRejects(String message, Executable call) {
    assertEquals(message, assertThrows(IllegalArgumentException.class, call).getMessage());
  }
}
