package dev.echo;

import dev.echo.internal.client.ClientBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * A client that sends messages to an echo server and returns what comes back.
 *
 * <p>It is connected from when {@code connect} returns until it is closed, by {@link #close()}, by
 * a quit reply, or because the connection failed. It works with any server that answers each
 * message in order, not only with {@link EchoServer}.
 *
 * <pre>{@code
 * try (EchoClient client = EchoClient.connect(server.endpoint())) {
 *   Echo echo = client.send("hello");
 *   long micros = echo.roundTrip().toNanos() / 1000;
 *   System.out.println(echo.message().text() + " after " + micros + " us");
 * }
 * }</pre>
 *
 * <p><b>Order:</b> replies belong to messages in the order of sending. Over TCP and Unix sockets
 * many messages may be in flight; after a timeout the late reply still belongs to its message and
 * is dropped when it comes. One that never comes leaves the later ones a message behind, as
 * {@link Fault#drop} says: connect anew then. What the server has sent before a message, such as a
 * greeting or a second reply, is no reply: over TCP and Unix sockets the client fails with it and
 * closes, over UDP it is dropped; what comes while others wait for their replies is taken for
 * theirs. Over UDP one message is in flight at a time, others wait for their turn, and after a
 * timeout or another failure a new socket, with a new local port, is used. A network that
 * duplicates datagrams can still deliver the second copy of a reply in place of a later one.
 * Nothing is sent twice that may have arrived.
 *
 * <p><b>Threads:</b> {@link #send} does all its work on the calling thread, unless another thread
 * is reading replies already, which then reads this one, too. {@link #sendAsync} starts a daemon
 * thread {@code echo-client-…}, which ends when it had nothing to do for a second; futures are
 * completed in the common pool of {@link java.util.concurrent.ForkJoinPool}, which actions that
 * depend on them should not block for long; if that pool is set to have no threads, each in a
 * thread of its own.
 *
 * <p><b>Memory:</b> a connected client holds buffers of 128 KiB, under TLS of 256 KiB, over UDP of
 * 64 KiB.
 *
 * <p>The client does not show the session of a TLS connection; the server's listener does.
 *
 * <p><b>Thread safety:</b> all methods may be called from any thread.
 *
 * @since 0.1.0
 */
public interface EchoClient extends AutoCloseable {

  /**
   * Returns a builder with all defaults.
   *
   * @return a new builder
   */
  static Builder builder() {
    return new ClientBuilder();
  }

  /**
   * Connects a client with all defaults.
   *
   * @param endpoint the server's
   * @return the client
   * @throws IOException as from {@link Builder#connect}
   */
  static EchoClient connect(Endpoint endpoint) throws IOException {
    return builder().connect(endpoint);
  }

  /**
   * Sends a message and waits for its reply.
   *
   * <p>Under {@link Framing#RAW} over a stream an empty message puts nothing on the wire, and its
   * reply is empty. An empty datagram to a port where nobody listens times out.
   *
   * <p>A message above this client's limit is refused before anything is sent, and a reply above it
   * is dropped. A server whose own limit a message passes closes the connection, or over UDP does
   * not reply. Under {@link Framing#LINES} over a stream, a reply without its line feed counts as
   * cut off.
   *
   * <p>A message may wait for its turn or for room until its time is up. Then it is not sent, and
   * the text of the exception says so, with the number of messages before it.
   *
   * <p>Over a stream the end or the failure of the connection closes the client, and so does what
   * answers no message. After every other failure the client stays open.
   *
   * @param message the message; under {@link Framing#LINES} over a stream without line feed and
   *     without carriage return at its end, which would be taken for the end of the line
   * @return the reply
   * @throws IllegalArgumentException if the message can't be a line; nothing was sent
   * @throws MessageTooLargeException if the message or its reply is larger than this client's limit
   * @throws EchoTimeoutException if no reply came in time
   * @throws java.net.PortUnreachableException if nobody listens on the server's UDP port, at any of
   *     its addresses
   * @throws java.io.EOFException if the server closes the connection before the reply is complete
   * @throws javax.net.ssl.SSLHandshakeException if the server refuses this client under TLS 1.3,
   *     as for its certificate
   * @throws IOException if something else fails, such as the quit predicate, or the connection is
   *     reset; and if the client is closed already: with the end of the connection as the cause, if
   *     that has closed it
   * @throws InterruptedException if the current thread is interrupted; the message may have been
   *     sent
   */
  Echo send(Message message) throws IOException, InterruptedException;

  /**
   * Sends a text in UTF-8 and waits for its reply: {@code send(Message.of(text))}.
   *
   * @param text the text
   * @return the reply
   * @throws IOException as from {@link #send(Message)}
   * @throws InterruptedException as from {@link #send(Message)}
   */
  Echo send(String text) throws IOException, InterruptedException;

  /**
   * Sends a message without waiting for its reply. Up to 1,024 messages may be in flight; at that
   * number, or while the connection takes no more bytes, this method waits for room.
   *
   * <p>Behind others in flight a message may be written just after this method has returned,
   * together with those that follow, by the thread that reads the replies. Closing the client
   * writes what is left as far as the connection takes it at once.
   *
   * <p>The future fails as {@link #send(Message)} does: with the end of the connection if the
   * message was in flight then or is the first to find it, and later with an {@link IOException}
   * that has that end as its cause. Cancelling it changes nothing for other messages: its reply is
   * still awaited, and dropped. If the current thread is interrupted while it waits for room, the
   * future fails, and the thread stays interrupted.
   *
   * @param message the message, as for {@link #send(Message)}
   * @return completed with the reply in the common pool
   * @throws IllegalArgumentException if the message can't be a line; nothing was sent
   */
  CompletableFuture<Echo> sendAsync(Message message);

  /**
   * Sends a text in UTF-8 without waiting for its reply: {@code sendAsync(Message.of(text))}.
   *
   * @param text the text
   * @return as from {@link #sendAsync(Message)}
   */
  CompletableFuture<Echo> sendAsync(String text);

  /**
   * Returns the server's endpoint.
   *
   * @return the endpoint that was given to connect
   */
  Endpoint endpoint();

  /**
   * Returns the client's own endpoint, which the server sees as the peer's if no address
   * translation is between the two. Over UDP it changes with the first message after one that
   * failed; over a Unix socket it has no name.
   *
   * @return the local endpoint
   */
  Endpoint localEndpoint();

  /**
   * Returns whether messages can still be sent. Over streams it looks at the connection, without
   * waiting, so that the end of a server shows while nothing is sent.
   *
   * @return false after a close, a quit reply, a failure or the end of the connection
   */
  boolean isOpen();

  /**
   * Closes the connection. Messages in flight fail with an {@link IOException}. Further calls do
   * nothing.
   */
  @Override
  void close();

  /**
   * Collects a client's settings and connects it.
   *
   * <pre>{@code
   * EchoClient client =
   *     EchoClient.builder()
   *         .maxMessageSize(2048)
   *         .timeout(Duration.ofSeconds(1))
   *         .connect(server.endpoint());
   * }</pre>
   *
   * <p>Each setting is checked when it is given and used from the next {@link #connect} on. A
   * builder may connect several clients.
   *
   * <p><b>Thread safety:</b> not thread-safe.
   *
   * @since 0.1.0
   */
  interface Builder {

    /**
     * Sets which replies close the client, after they were returned; normally those to the server's
     * quit messages. Defaults to {@link QuitPredicate#never()}.
     *
     * <p>It is asked on the thread that has called {@link #send}, and for {@link #sendAsync} on the
     * one that completes the future. If it throws, {@code send} or the future fails with an {@link
     * IOException}, whose cause that is, and the client stays open.
     *
     * @param predicate called once for each reply before it is returned, with the server as the
     *     peer; not for replies that come too late or are dropped. It must be thread-safe if the
     *     client is used by several threads or by {@code sendAsync}
     * @return this builder
     */
    Builder quitWhen(QuitPredicate predicate);

    /**
     * Sets how messages are told apart in a stream. Defaults to {@link Framing#LINES}. Ignored for
     * UDP, where a client sends and receives datagrams as they are.
     *
     * @param framing the framing, the same as the server's
     * @return this builder
     */
    Builder framing(Framing framing);

    /**
     * Sets the largest message that is sent, and the largest reply that is received. Defaults to
     * 65,536 bytes. Over UDP it is never more than 65,507.
     *
     * @param bytes the size without framing, 1 to 1,073,741,824
     * @return this builder
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    Builder maxMessageSize(int bytes);

    /**
     * Sets how long connecting may take, after the look-up of the host's name and with the TLS
     * handshake, but for the time that key and trust managers take. The addresses of a name share
     * the time. Ignored for UDP. Defaults to 5 seconds.
     *
     * @param timeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if {@code timeout} is zero or negative
     */
    Builder connectTimeout(Duration timeout);

    /**
     * Sets how long one echo may take, from the call that sends the message to its reply. The wait
     * behind other messages of this client counts. A reply that has arrived when the time is up is
     * still returned, though the process may have been stopped meanwhile. Defaults to 5 seconds.
     *
     * @param timeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if {@code timeout} is zero or negative
     */
    Builder timeout(Duration timeout);

    /**
     * Sets how long the thread that reads the replies polls after the last message was sent, before
     * it sleeps. This saves the time to wake up, which within one machine is most of a round trip,
     * and costs a core meanwhile. Defaults to zero: threads sleep at once.
     *
     * @param limit zero or more, such as 100 µs
     * @return this builder
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    Builder busyPoll(Duration limit);

    /**
     * Sets what a TLS connection is made with, and makes the connection one; over TCP only.
     * Defaults to a plain connection.
     *
     * <pre>{@code
     * EchoClient.Builder builder =
     *     EchoClient.builder().sslContext(SSLContext.getDefault()); // trusts whom the JDK trusts
     * }</pre>
     *
     * @param context with a trust manager that decides which servers are trusted, and a key manager
     *     if servers ask for a certificate
     * @return this builder
     */
    Builder sslContext(SSLContext context);

    /**
     * Sets protocols, cipher suites, server names and other choices for the TLS connection.
     * Defaults to the context's.
     *
     * <p>The server's certificate must name the endpoint's host as a subject alternative name (RFC
     * 2818): an IP address for {@code 127.0.0.1}, a DNS name for {@code localhost}. An endpoint
     * identification algorithm of the parameters replaces this check; the empty string turns it
     * off.
     *
     * @param parameters copied by {@link #connect}
     * @return this builder
     */
    Builder sslParameters(SSLParameters parameters);

    /**
     * Has the connection begin with a header of the PROXY protocol, version 2 (HAProxy's
     * proxy-protocol.txt), as a load balancer does for its clients: to test servers that expect
     * one, as with {@link EchoServer.Builder#proxyProtocol}. It is sent before all else, also
     * before TLS; over TCP and Unix sockets only. Defaults to no header.
     *
     * <p>Names of hosts are looked up by {@link #connect}. An IPv4 address beside one of IPv6 is
     * mapped to IPv6 (RFC 4291). UDP endpoints say that datagrams are forwarded, which a server of
     * streams refuses.
     *
     * @param source who the client is said to be
     * @param destination where the client is said to have connected to
     * @return this builder
     * @throws IllegalArgumentException if one of them is TCP and the other UDP
     */
    Builder proxyHeader(Endpoint.Inet source, Endpoint.Inet destination);

    /**
     * Connects a client. A failed attempt leaves nothing behind.
     *
     * <p>A host name is looked up, and its addresses are tried in turn. Over UDP nothing is sent
     * yet, so that a missing server shows with the first message. As long as no reply has come, a
     * message that an address refuses, as nobody listens on its port, goes to the next address. An
     * address that is silent is kept, as the message may have been lost.
     *
     * <p>Where nobody listens, the system may give the server's port to the client, which would
     * then be connected to itself; that counts as refused. Under TLS, client and server must have a
     * protocol and a cipher suite in common. What a server finds wrong with the client's
     * certificate fails this method under TLS 1.2, and the first message under TLS 1.3.
     *
     * @param endpoint the server's
     * @return the client
     * @throws IllegalArgumentException if the endpoint has port 0 or the empty path
     * @throws IllegalArgumentException if an {@link #sslContext} is set and the endpoint is not TCP
     * @throws IllegalArgumentException if {@link #sslParameters} lack a context that supports them
     * @throws IllegalArgumentException if a {@link #proxyHeader} is set and the endpoint is UDP
     * @throws java.net.ConnectException if nobody listens there
     * @throws java.net.SocketException if there is no Unix socket at the path
     * @throws java.net.SocketTimeoutException if connecting takes too long; without TLS a server
     *     that never accepts shows only with the first message, as the system connects for it
     * @throws javax.net.ssl.SSLHandshakeException if client and server do not agree, or the
     *     server's certificate is not trusted or names another host
     * @throws javax.net.ssl.SSLException if the server speaks no TLS
     * @throws java.io.InterruptedIOException if the current thread is interrupted, and stays so
     * @throws java.net.UnknownHostException if the host can't be found
     * @throws IOException if something else fails
     */
    EchoClient connect(Endpoint endpoint) throws IOException;
  }
}
