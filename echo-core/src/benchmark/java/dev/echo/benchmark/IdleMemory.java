package dev.echo.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.SSLSocketFactory;

/**
 * Prints what an idle connection costs a server, from the slope between several numbers of
 * connections, each of which has echoed once. From the folder of the module:
 *
 * <pre>
 * mvn -Pbenchmark test -Dmain=IdleMemory
 * mvn -Pbenchmark test -Dmain=IdleMemory -Dbenchmarks="NETTY_EPOLL 2000 6000"
 * mvn -Pbenchmark test -Dmain=IdleMemory -Dbenchmarks="TLS/ECHO_SERVER 2000 6000 10000"
 * </pre>
 */
public final class IdleMemory implements AutoCloseable {

  private static final List<String> DEFAULT =
      List.of("ECHO_SERVER", "2000", "6000", "10000", "18000");
  private static final String TLS = "TLS/";
  private static final int CONNECTIONS_PER_ADDRESS = 10_000;

  private final ServerProcess server;

  /** The client's ends, which stay open until this process ends. */
  private final List<Socket> connections = new ArrayList<>();

  /** Null for plain connections. */
  private final SSLSocketFactory secured;

  private record Memory(int connections, long heap, long direct, long residentSet) {}

  private IdleMemory(Enum<?> kind) throws IOException, GeneralSecurityException {
    secured = kind instanceof TlsServer ? TrustingClient.context().getSocketFactory() : null;
    server = ServerProcess.start(
        kind,
        "-Xmx512m",
        "-XX:+UseSerialGC",
        "-Xmn4m", // so that garbage does not add to the resident set
        "-XX:TieredStopAtLevel=1"); // the other compiler's memory comes and goes by the 10 MB
  }

  /**
   * Runs the program.
   *
   * @param args the name of a {@link TcpServer}, or with TLS/ before it that of a
   *     {@link TlsServer}, if not EchoServer, and the numbers of connections, if not up to 18,000
   */
  public static void main(String[] args) throws IOException, GeneralSecurityException {
    List<String> arguments = new ArrayList<>(Arrays.asList(args));
    if (arguments.isEmpty() || Character.isDigit(arguments.get(0).charAt(0))) {
      arguments.add(0, DEFAULT.get(0));
    }
    if (arguments.size() == 1) {
      arguments.addAll(DEFAULT.subList(1, DEFAULT.size()));
    }
    String name = arguments.remove(0);
    Enum<?> server = name.startsWith(TLS)
        ? TlsServer.valueOf(name.substring(TLS.length()))
        : TcpServer.valueOf(name);
    try (IdleMemory idle = new IdleMemory(server)) {
      List<Memory> found = new ArrayList<>();
      idle.measure(
          Integer.parseInt(arguments.get(0))); // once in vain, to load what measuring takes
      for (String count : arguments) {
        found.add(idle.measure(Integer.parseInt(count)));
      }
      print(server, found);
    }
  }

  private Memory measure(int count) throws IOException {
    while (connections.size() < count) {
      connections.add(connect());
    }
    long[] bytes = server.memory();
    return new Memory(count, bytes[0], bytes[1], bytes[2]);
  }

  private Socket connect() throws IOException {
    int address = 2 + connections.size() / CONNECTIONS_PER_ADDRESS;
    Socket socket = new Socket();
    socket.setTcpNoDelay(true);
    socket.bind(new InetSocketAddress("127.0.0." + address, 0));
    socket.connect(new InetSocketAddress(Peer.HOST, server.port()));
    if (secured != null) {
      socket = secured.createSocket(socket, Peer.HOST, server.port(), true);
    }
    byte[] expected = ("HELLO" + Peer.suffix(socket.getLocalPort()) + "\n").getBytes(UTF_8);
    socket.getOutputStream().write("hello\n".getBytes(UTF_8));
    byte[] reply = socket.getInputStream().readNBytes(expected.length);
    if (!Arrays.equals(expected, reply)) {
      throw new IOException("Received " + new String(reply, UTF_8));
    }
    return socket;
  }

  private static void print(Enum<?> server, List<Memory> found) {
    System.out.printf(
        "%nBytes per idle connection of %s, Java %s%n%n",
        server, System.getProperty("java.version"));
    System.out.println("| connections | heap after GC | direct | RSS |\n|---|---:|---:|---:|");
    for (int i = 1; i < found.size(); i++) {
      printSlope(found.get(i - 1), found.get(i));
    }
    if (found.size() > 2) {
      printSlope(found.get(0), found.get(found.size() - 1));
    }
  }

  private static void printSlope(Memory from, Memory to) {
    double more = to.connections - from.connections;
    System.out.printf(
        "| %,d to %,d | %,.0f | %,.0f | %,.0f |%n",
        from.connections,
        to.connections,
        (to.heap - from.heap) / more,
        (to.direct - from.direct) / more,
        (to.residentSet - from.residentSet) / more);
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket connection : connections) {
      connection.setSoLinger(true, 0); // leaves no port in TIME_WAIT
      connection.close();
    }
  }
}
