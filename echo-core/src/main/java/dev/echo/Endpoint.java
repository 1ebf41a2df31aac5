package dev.echo;

import dev.echo.internal.Hosts;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A transport and an address to bind or to connect to.
 *
 * <p>A port alone means the loopback address 127.0.0.1: nothing is exposed to the network unless
 * the host is named. Port 0 asks for any free port, which {@link EchoServer#endpoint()} then has.
 *
 * <pre>{@code
 * Endpoint.tcp(7007);                           // tcp://127.0.0.1:7007
 * Endpoint.udp("::1", 7);                       // udp://[::1]:7
 * Endpoint.unix(Path.of("/run/echo.sock"));     // unix:/run/echo.sock
 * Endpoint.parse("tcp://echo.example.org:7007");
 * }</pre>
 *
 * <p>{@code toString()} gives the form that {@link #parse} takes.
 *
 * <p><b>Thread safety:</b> immutable, may be shared freely.
 *
 * @since 0.1.0
 */
public sealed interface Endpoint permits Endpoint.Inet, Endpoint.Unix {

  /**
   * Returns the TCP endpoint of a port on the loopback address.
   *
   * @param port 0 to 65535, 0 for any free port
   * @return the endpoint
   * @throws IllegalArgumentException if {@code port} is out of range
   */
  static Tcp tcp(int port) {
    return new Tcp(Hosts.LOOPBACK, port);
  }

  /**
   * Returns a TCP endpoint.
   *
   * @param host a name, an IPv4 address or an IPv6 address; for a server {@code 0.0.0.0} stands for
   *     all IPv4 addresses of the machine, {@code ::} for all
   * @param port 0 to 65535, 0 for any free port
   * @return the endpoint
   * @throws IllegalArgumentException if {@code host} can't be a host or {@code port} is out of
   *     range
   */
  static Tcp tcp(String host, int port) {
    return new Tcp(host, port);
  }

  /**
   * Returns the UDP endpoint of a port on the loopback address.
   *
   * @param port 0 to 65535, 0 for any free port
   * @return the endpoint
   * @throws IllegalArgumentException if {@code port} is out of range
   */
  static Udp udp(int port) {
    return new Udp(Hosts.LOOPBACK, port);
  }

  /**
   * Returns a UDP endpoint.
   *
   * <p>A server on all addresses binds each that the machine has when it starts, so that it replies
   * from the one that was asked, as connected clients expect. What is sent to an address that comes
   * later is answered, too, but from an address that the system chooses.
   *
   * @param host a name, an IPv4 address or an IPv6 address; for a server {@code 0.0.0.0} stands for
   *     all IPv4 addresses of the machine, {@code ::} for all
   * @param port 0 to 65535, 0 for any free port
   * @return the endpoint
   * @throws IllegalArgumentException if {@code host} can't be a host or {@code port} is out of
   *     range
   */
  static Udp udp(String host, int port) {
    return new Udp(host, port);
  }

  /**
   * Returns the endpoint of a Unix stream socket.
   *
   * <p>A server makes the file and deletes it at its end. A server that is killed leaves it behind,
   * and the next start fails with a {@link java.net.BindException} that calls the file stale.
   * Delete it by {@link java.nio.file.Files#delete}, unless a server may just be starting there,
   * and start again. Where a server is listening, a start fails with a {@code BindException} that
   * says so; to find out, the start connects to the file. A client that connects to a stale file
   * gets a {@link java.net.ConnectException}. Who may connect depends on the permissions of the
   * file, which follow the umask, and of its folder.
   *
   * <p>A server needs a locale whose encoding can name every file, such as {@code C.UTF-8}. In
   * others, such as {@code C}, a client with a name that can't be read would cost the process a
   * descriptor forever, so that a start fails with an {@link java.io.IOException} that says so.
   *
   * @param path the socket file; the empty path stands for a client, which has no name to its
   *     server, and can be neither bound nor connected to
   * @return the endpoint
   */
  static Unix unix(Path path) {
    return new Unix(path);
  }

  /**
   * Parses an endpoint.
   *
   * @param uri {@code tcp://HOST:PORT}, {@code udp://HOST:PORT} or {@code unix:PATH}, an IPv6
   *     address in brackets
   * @return the endpoint
   * @throws IllegalArgumentException if {@code uri} has another form, naming it and what is wrong
   */
  static Endpoint parse(String uri) {
    Objects.requireNonNull(uri, "uri");
    if (uri.regionMatches(true, 0, "unix:", 0, 5)) {
      return new Unix(Path.of(uri.substring(5)));
    }
    Hosts.Uri parts = Hosts.parse(uri);
    try {
      return parts.scheme().equals("tcp")
          ? new Tcp(parts.host(), parts.port())
          : new Udp(parts.host(), parts.port());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("Endpoint \"" + uri + "\": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the address for the JDK's socket classes. The address of a host given by name is
   * unresolved, which {@link java.net.Socket#connect} does not take: the name is looked up when a
   * server binds or a client connects. {@link EchoServer#endpoint()} has addresses only.
   *
   * @return the address
   */
  SocketAddress address();

  /**
   * Returns the port.
   *
   * @return 0 to 65535, or -1 for a Unix socket, as in {@link java.net.URI#getPort}
   */
  int port();

  /**
   * An endpoint with a host and a port.
   *
   * @since 0.1.0
   */
  sealed interface Inet extends Endpoint permits Tcp, Udp {

    /**
     * Returns the host.
     *
     * @return a name, an IPv4 address or an IPv6 address without brackets
     */
    String host();

    @Override
    InetSocketAddress address();
  }

  /**
   * A TCP endpoint.
   *
   * @param host a name, an IPv4 address or an IPv6 address without brackets
   * @param port 0 to 65535
   * @since 0.1.0
   */
  record Tcp(String host, int port) implements Inet {

    /**
     * Creates a TCP endpoint.
     *
     * @param host a name, an IPv4 address or an IPv6 address, in brackets or not
     * @param port 0 to 65535
     * @throws IllegalArgumentException if {@code host} can't be a host or {@code port} is out of
     *     range
     */
    public Tcp {
      host = Hosts.checkHost(host);
      Hosts.checkPort(port);
    }

    @Override
    public InetSocketAddress address() {
      return Hosts.address(host, port);
    }

    /**
     * Returns the form that {@link Endpoint#parse} takes.
     *
     * @return for example {@code tcp://127.0.0.1:7007}
     */
    @Override
    public String toString() {
      return Hosts.format("tcp", host, port);
    }
  }

  /**
   * A UDP endpoint.
   *
   * @param host a name, an IPv4 address or an IPv6 address without brackets
   * @param port 0 to 65535
   * @since 0.1.0
   */
  record Udp(String host, int port) implements Inet {

    /**
     * Creates a UDP endpoint.
     *
     * @param host a name, an IPv4 address or an IPv6 address, in brackets or not
     * @param port 0 to 65535
     * @throws IllegalArgumentException if {@code host} can't be a host or {@code port} is out of
     *     range
     */
    public Udp {
      host = Hosts.checkHost(host);
      Hosts.checkPort(port);
    }

    @Override
    public InetSocketAddress address() {
      return Hosts.address(host, port);
    }

    /**
     * Returns the form that {@link Endpoint#parse} takes.
     *
     * @return for example {@code udp://127.0.0.1:7007}
     */
    @Override
    public String toString() {
      return Hosts.format("udp", host, port);
    }
  }

  /**
   * A Unix stream socket.
   *
   * @param path the socket file, or the empty path for a peer without a name
   * @since 0.1.0
   */
  record Unix(Path path) implements Endpoint {

    /**
     * Creates an endpoint of a Unix stream socket.
     *
     * @param path the socket file
     * @throws NullPointerException if {@code path} is null
     */
    public Unix {
      Objects.requireNonNull(path, "path");
    }

    @Override
    public UnixDomainSocketAddress address() {
      return UnixDomainSocketAddress.of(path);
    }

    /**
     * Returns -1, as it has no port.
     *
     * @return -1
     */
    @Override
    public int port() {
      return -1;
    }

    /**
     * Returns the form that {@link Endpoint#parse} takes.
     *
     * @return for example {@code unix:/run/echo.sock}
     */
    @Override
    public String toString() {
      return "unix:" + path;
    }
  }
}
