package dev.echo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.echo.testing.JavaProcess;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Programs;
import dev.echo.testing.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Failures to start and to connect, each with the JDK's type and the endpoint. */
@Timeout(90)
class BindTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @ParameterizedTest
  @EnumSource(names = {"TCP", "UDP"})
  void namesAPortThatIsInUse(Transport transport) throws Exception {
    try (EchoServer server = EchoServer.start(transport.free())) {
      BindException error =
          assertThrows(BindException.class, () -> EchoServer.start(server.endpoint()));

      assertInstanceOf(BindException.class, error.getCause());
      assertEquals(
          "Bind " + server.endpoint() + ": " + error.getCause().getMessage(), error.getMessage());
    }
  }

  @Test
  void namesAHostThatCannotBeFound() {
    for (Endpoint endpoint :
        List.of(Endpoint.tcp("nosuchhost.invalid", 7), Endpoint.udp("nosuchhost.invalid", 7))) {
      UnknownHostException start =
          assertThrows(UnknownHostException.class, () -> EchoServer.start(endpoint));
      UnknownHostException connect =
          assertThrows(UnknownHostException.class, () -> EchoClient.connect(endpoint));

      assertEquals("Bind " + endpoint + ": unknown host", start.getMessage());
      assertEquals("Connect to " + endpoint + ": unknown host", connect.getMessage());
    }
  }

  @Test
  void namesAnAddressThatIsNotOfThisMachine() {
    Endpoint elsewhere = Endpoint.tcp("192.0.2.1", 0); // TEST-NET-1, RFC 5737

    BindException error = assertThrows(BindException.class, () -> EchoServer.start(elsewhere));

    assertTrue(error.getMessage().startsWith("Bind tcp://192.0.2.1:0: "), error.getMessage());
  }

  @Test
  void tellsAStaleSocketFileFromOneInUseAndFromOtherFiles() throws Exception {
    Path stale = Transport.freePath();
    ServerSocketChannel abandoned = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    abandoned.bind(Endpoint.unix(stale).address());
    abandoned.close();
    Path foreign = Files.createTempFile("echo", ".txt");
    Path taken = Transport.freePath();

    try (EchoServer server = EchoServer.start(Endpoint.unix(taken))) {
      assertBindFails(
          stale, "the socket file is stale, as no server is listening there; delete it");
      assertBindFails(
          Path.of("/dev/null"), "the file exists and is no socket; choose another path");
      assertBindFails(foreign, "the file exists and is no socket; choose another path");
      assertBindFails(taken, "another server is listening there; stop it or choose another path");

      assertTrue(Files.exists(stale) && Files.exists(foreign));
      try (EchoClient client = EchoClient.connect(server.endpoint())) {
        assertEquals("x", client.send("x").message().text());
      }
    } finally {
      Files.delete(stale);
      Files.delete(foreign);
    }
  }

  private static void assertBindFails(Path path, String reason) {
    Endpoint endpoint = Endpoint.unix(path);
    BindException error = assertThrows(BindException.class, () -> EchoServer.start(endpoint));
    assertEquals("Bind unix:" + path + ": " + reason, error.getMessage());
  }

  @Test
  void namesAnEndpointWithoutADirectoryOrWithALongPath() {
    Endpoint nowhere = Endpoint.unix(Path.of("/nonexistent/echo.sock"));
    Endpoint tooLong = Endpoint.unix(Path.of("/tmp/" + "x".repeat(200)));

    for (Endpoint endpoint : List.of(nowhere, tooLong)) {
      IOException error = assertThrows(IOException.class, () -> EchoServer.start(endpoint));
      assertTrue(error.getMessage().startsWith("Bind " + endpoint + ": "), error.getMessage());
    }
  }

  @Test
  void namesAPrivilegedPort() throws Exception {
    Path threshold = Path.of("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    assumeTrue(Files.exists(threshold), "privileged ports are a matter of Linux here");
    try (BufferedReader reader = Files.newBufferedReader(threshold)) {
      assumeTrue(Integer.parseInt(reader.readLine()) > 7, "no port is privileged here");
    }
    boolean root = System.getProperty("user.name").equals("root");
    if (root) {
      Programs.assumeInstalled("setpriv");
    }

    String printed = JavaProcess.output(
        JavaProcess.command(root ? WITHOUT_PRIVILEGE : List.of(), Privileged.class));

    assertTrue(printed.startsWith("BindException: Bind tcp://127.0.0.1:7: "), printed);
  }

  private static final List<String> WITHOUT_PRIVILEGE =
      List.of("setpriv", "--bounding-set=-net_bind_service");

  /** Runs in a process that may not bind the port. */
  static final class Privileged {
    public static void main(String[] args) {
      try (EchoServer server = EchoServer.start(Endpoint.tcp(7))) {
        System.out.println("bound " + server.endpoint());
      } catch (IOException e) {
        System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
      }
    }
  }

  @Test
  void namesAServerThatIsNotThere() throws Exception {
    try (Socket bound = new Socket()) { // which does not listen
      bound.bind(new InetSocketAddress("127.0.0.1", 0));
      Endpoint tcp = Endpoint.tcp(bound.getLocalPort());
      ConnectException refused =
          assertThrows(ConnectException.class, () -> EchoClient.connect(tcp));
      assertEquals(
          "Connect to " + tcp + ": " + refused.getCause().getMessage(), refused.getMessage());
    }

    Endpoint unix = Endpoint.unix(Transport.freePath());
    IOException missing = assertThrows(IOException.class, () -> EchoClient.connect(unix));
    assertTrue(missing.getMessage().startsWith("Connect to " + unix + ": "), missing.getMessage());
  }

  @Test
  void tellsThatNobodyListensOnAUdpPort() throws Exception {
    try (DatagramSocket elsewhere = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        DatagramSocket busy = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      busy.connect(elsewhere.getLocalSocketAddress()); // so that it is not there for others
      Endpoint endpoint = Endpoint.udp(busy.getLocalPort());
      EchoClient client = EchoClient.connect(endpoint);
      for (int i = 0; i < 3; i++) {
        PortUnreachableException error =
            assertThrows(PortUnreachableException.class, () -> client.send("x"));
        assertEquals("Send to " + endpoint + ": nobody is listening there", error.getMessage());
      }
      assertTrue(client.isOpen());
      client.close();
    }
  }

  @Test
  void refusesToStartWithoutAPath() {
    Endpoint nameless = Endpoint.unix(Path.of(""));

    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> EchoServer.start(nameless));
    assertEquals("Nobody can listen on unix:", error.getMessage());
  }

  @Test
  void refusesToConnectToWhatCannotListen() {
    for (Endpoint endpoint :
        List.of(Endpoint.tcp(0), Endpoint.udp(0), Endpoint.unix(Path.of("")))) {
      IllegalArgumentException error =
          assertThrows(IllegalArgumentException.class, () -> EchoClient.connect(endpoint));
      assertEquals("Nobody can listen on " + endpoint, error.getMessage());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "tcp://[::1]:0",
        "tcp://[::]:0",
        "tcp://localhost:0",
        "tcp://0.0.0.0:0",
        "udp://[::1]:0",
        "udp://[::]:0",
        "udp://localhost:0",
        "udp://0.0.0.0:0"
      })
  void servesOverIpv6AndByName(String uri) throws Exception {
    if (uri.contains("[")) {
      Transport.assumeIpv6();
    }
    try (EchoServer server = EchoServer.start(Endpoint.parse(uri));
        EchoClient client = EchoClient.connect(server.endpoint())) {
      assertEquals("x", client.send("x").message().text());
      assertEquals(server.endpoint(), Endpoint.parse(server.endpoint().toString()));
    }
  }
}
