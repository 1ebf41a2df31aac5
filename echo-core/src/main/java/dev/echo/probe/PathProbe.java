package dev.echo.probe;

import dev.echo.Endpoint;
import dev.echo.Framing;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * A running measurement of the path to an echo server and back.
 *
 * <p>It sends numbered messages at a constant rate, whatever comes back, checks each reply, and
 * counts what was received, late, lost, corrupt, duplicated and reordered; {@link PathReport} has
 * the definitions. It runs from when {@code start} returns until all was sent and the replies were
 * waited for, or until it is closed.
 *
 * <pre>{@code
 * PathProbe.Builder builder =
 *     PathProbe.builder().rate(1000).count(1000).warmUp(Duration.ofSeconds(1));
 * try (PathProbe probe = builder.start(server.endpoint())) {
 *   PathReport report = probe.await();
 *   System.out.println(report.failureRatio() + " failed");
 *   System.out.println("p99 " + report.roundTrips().percentile(99));
 * }
 * }</pre>
 *
 * <p><b>Messages:</b> each consists of upper-case letters and digits, so that it is text for every
 * server, and one that answers in upper case leaves it as it is: 6 that are new for each probe, 2
 * for the flow, 8 for the number, and content that is drawn from a seed. A reply is intact if it
 * begins with the message; what a server appends is its own business.
 *
 * <p><b>Sending:</b> message {@code i}, from 0 on, is due at {@code start + i / rate}. The flows
 * take turns: the first message goes to flow 1, the next to flow 2, and so on, and after the last
 * flow to flow 1 again. Messages that are overdue, as the process was stopped or the
 * machine was busy, are sent as soon as possible: over TCP and Unix sockets all at once, over UDP
 * 64 at once, of large ones 64 KB, and the others 20 µs apart or twice as fast as the rate, as
 * larger bursts would themselves be the cause of loss. {@link PathReport#sendLag()} shows it.
 *
 * <p><b>Connections:</b> over TCP and Unix sockets each flow has one connection, with many messages
 * in flight. One that breaks loses those, and is connected anew when the next message is due, at
 * most 100 times a second. That message and those after it wait for the connection as long as
 * messages of the flow are apart; then, or at once if it can't be made, they are refused.
 *
 * <p><b>Threads:</b> one daemon thread {@code echo-probe-…} sends and receives for all flows;
 * another one, {@code echo-probe-…-alarm}, wakes it up in time, and others, {@code
 * echo-probe-…-connect}, exist while a broken connection is made anew.
 *
 * <p><b>Time</b> is that of {@link System#nanoTime}: setting the clock changes nothing.
 *
 * <p><b>Thread safety:</b> all methods may be called from any thread, and all but {@link #await}
 * from the consumers of replies and failures.
 *
 * @since 0.1.0
 */
public interface PathProbe extends AutoCloseable {

  /**
   * Returns a builder with all defaults: 100 messages of 64 bytes a second for 10 seconds.
   *
   * @return a new builder
   */
  static Builder builder() {
    return new ProbeBuilder();
  }

  /**
   * Waits until the probe has ended: all messages were sent and answered, or those that were not
   * have had one timeout since the last was sent, or the probe was closed. Copies that would come
   * after that are not waited for.
   *
   * @return the report, which does not change any more
   * @throws IllegalStateException if this is called by a consumer of the probe, for which that
   *     would wait in turn; or if the probe's thread died, for want of memory perhaps
   * @throws InterruptedException if the current thread is interrupted; the probe goes on
   */
  PathReport await() throws InterruptedException;

  /**
   * Returns the report as it is now. While the probe runs this waits for the probe's thread, and so
   * for its consumers.
   *
   * @return what was counted so far; after the end, what {@link #await} returns
   * @throws IllegalStateException if the probe's thread died, for want of memory perhaps
   */
  PathReport report();

  /**
   * Returns whether the probe has ended.
   *
   * @return true when {@link #await} would return at once
   */
  boolean isDone();

  /**
   * Sends no more messages, and still waits for the replies to those that were sent. Never blocks.
   * Further calls do nothing.
   */
  void stop();

  /**
   * Ends the probe at once: closes its sockets and waits for its thread, unless called on it. What
   * was neither answered nor lost by then is in no number of the report but {@link
   * PathReport#sent()}. Further calls do nothing.
   *
   * <p>No consumer is called any more. One that runs is waited for, however long it takes, and the
   * look-up of a host's name for a broken connection for 1 second. An interrupt ends the waiting
   * only, and the thread stays interrupted.
   */
  @Override
  void close();

  /**
   * Collects a probe's settings and starts it.
   *
   * <p>Each setting is checked when it is given and used from the next {@link #start} on. A builder
   * may start several probes.
   *
   * <p><b>Thread safety:</b> not thread-safe.
   *
   * @since 0.1.0
   */
  interface Builder {

    /**
     * Sets how many messages are sent a second, by all flows together. Defaults to 100.
     *
     * <p>Below 1,000 a second the probe's thread sleeps until 0.35 ms before a message is due, and
     * then polls the clock and the sockets, as a sleep may end too late: at 100 a second that is
     * some 5 % of a processor. From 1,000 a second on it polls all the time, which takes a whole
     * one, and longer round trips where there are no processors to spare. How much one probe can
     * send depends on the machine: on one with two cores, shared with the server, one flow kept up
     * with 100,000 messages a second over UDP and 1,000,000 over TCP. The benchmark {@code
     * ProbeRate} prints both figures.
     *
     * @param messagesPerSecond 0.001 to 10,000,000
     * @return this builder
     * @throws IllegalArgumentException if it is out of range or not a number
     */
    Builder rate(double messagesPerSecond);

    /**
     * Sets after how many messages no more are sent, those of the warm-up not counted. Defaults to
     * no end but that of the {@link #duration}.
     *
     * @param messages 1 or more
     * @return this builder
     * @throws IllegalArgumentException if it is not positive
     */
    Builder count(long messages);

    /**
     * Sets after which time no more messages are sent, that of the warm-up not counted. Defaults to
     * 10 seconds, or to no end if a {@link #count} is given; with both, the first to be reached
     * ends the sending. No message is due at the end itself: 1 second at a rate of 100 are 100.
     *
     * @param time more than zero; some hundred years to go on until {@link #stop()}
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    Builder duration(Duration time);

    /**
     * Sets the size of a message, without its framing. Defaults to 64 bytes. The first 16 say which
     * message it is; of those that have no more, damage can't be told from the message of somebody
     * else.
     *
     * @param bytes 16 to 1,048,576; over UDP at most 65,507 (RFC 768 over IPv4)
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    Builder size(int bytes);

    /**
     * Sets over how many sockets messages are sent, each with a local port of its own. A load
     * balancer, or a network with several links, may treat each in another way. Flow k is the
     * server's {@linkplain dev.echo.Peer#number peer} k if nobody else connects, over UDP if no
     * first datagram is lost or overtaken; a connection that is made anew is a new peer. Defaults
     * to 1.
     *
     * @param flows 1 to 1,024
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    Builder flows(int flows);

    /**
     * Sets after which time a reply is late, which counts as loss. Defaults to 1 second. A reply
     * that lay in the socket at that time is not late, though the process may have been stopped
     * meanwhile.
     *
     * @param timeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    Builder timeout(Duration timeout);

    /**
     * Sets how long messages are sent and checked before they count. Nothing of them is in the
     * report, and no consumer gets them; the numbers of messages go on, for the server's fault
     * plan, too. Within that time a JVM compiles the code that runs often, and a network learns the
     * way: without it, the start of a JVM on a busy machine may show as late replies, and so as
     * loss. Defaults to zero.
     *
     * @param time zero or more
     * @return this builder
     * @throws IllegalArgumentException if it is negative
     */
    Builder warmUp(Duration time);

    /**
     * Sets how long a connection may take to be made, after the look-up of the host's name and with
     * the TLS handshake. The flows connect one after another, each with this time of its own.
     * Defaults to 5 seconds. Ignored for UDP.
     *
     * @param timeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if it is zero or negative
     */
    Builder connectTimeout(Duration timeout);

    /**
     * Sets how messages are told apart in a stream. Defaults to {@link Framing#LINES}. Ignored for
     * UDP, where datagrams are sent and received as they are. Under {@link Framing#RAW} a reply is
     * as many bytes as a message, so that the server must not append anything; one that drops a
     * part of a message leaves all later ones of that connection foreign.
     *
     * @param framing the framing, the same as the server's
     * @return this builder
     */
    Builder framing(Framing framing);

    /**
     * Sets what the content of messages is drawn from. Defaults to 0. With the same seed, the
     * content of a message depends on its flow and number alone.
     *
     * @param seed any number
     * @return this builder
     */
    Builder seed(long seed);

    /**
     * Sets what connections are secured with by TLS; over TCP only. Defaults to plain connections.
     *
     * @param context with a trust manager that decides which servers are trusted, and a key manager
     *     if servers ask for a certificate
     * @return this builder
     */
    Builder sslContext(SSLContext context);

    /**
     * Sets protocols, cipher suites, server names and other choices for TLS. Defaults to the
     * context's. The server's certificate must name the endpoint's host, as for {@link
     * dev.echo.EchoClient.Builder#sslParameters}.
     *
     * @param parameters copied by {@link #start}
     * @return this builder
     */
    Builder sslParameters(SSLParameters parameters);

    /**
     * Has each connection begin with a header of the PROXY protocol, version 2 (HAProxy's
     * proxy-protocol.txt), as a load balancer does for its clients: to test servers that expect
     * one, as with {@link dev.echo.EchoServer.Builder#proxyProtocol}. It is sent before all else,
     * also before TLS; over TCP and Unix sockets only. Defaults to no header.
     *
     * <p>Names of hosts are looked up for each connection. An IPv4 address beside one of IPv6 is
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
     * Sets who gets each first intact reply, late ones too. Defaults to nobody. It is called on the
     * probe's thread, which does not send or receive meanwhile, so that it should return at once.
     * What it throws is logged once as a warning, and changes nothing.
     *
     * @param consumer called with one reply after another, in the order of their arrival
     * @return this builder
     */
    Builder onReply(Consumer<? super ProbeReply> consumer);

    /**
     * Sets who gets each message that is lost, corrupt, refused or unsent, and each duplicate of a
     * reply, as soon as that is counted. Defaults to nobody. It is called as the consumer of
     * {@linkplain #onReply replies} is, on the same thread. A message may be told more than once:
     * one that was lost or refused may be found corrupt later. An intact copy that comes in the end
     * goes to the consumer of replies.
     *
     * @param consumer called with one message after another
     * @return this builder
     */
    Builder onFailure(Consumer<? super ProbeFailure> consumer);

    /**
     * Connects all flows, one after another, and starts to send. A failed attempt leaves nothing
     * behind.
     *
     * <p>A host name is looked up, and its addresses are tried in turn. Over UDP nothing is sent
     * yet, so that a missing server shows in {@link PathReport#refused()} only.
     *
     * @param endpoint the server's
     * @return the running probe
     * @throws IllegalArgumentException if the endpoint has port 0 or the empty path
     * @throws IllegalArgumentException if an {@link #sslContext} is set and the endpoint is not TCP
     * @throws IllegalArgumentException if {@link #sslParameters} lack a context that supports them
     * @throws IllegalArgumentException if a {@link #proxyHeader} is set, or a {@link #size} that no
     *     datagram has, and the endpoint is UDP
     * @throws IllegalArgumentException if more than 4,194,304 messages would be under way within
     *     the {@link #timeout}
     * @throws java.net.ConnectException if nobody listens there
     * @throws java.net.SocketTimeoutException if connecting takes too long
     * @throws javax.net.ssl.SSLHandshakeException if client and server do not agree, or the
     *     server's certificate is not trusted or names another host
     * @throws java.io.InterruptedIOException if the current thread is interrupted, and stays so
     * @throws java.net.UnknownHostException if the host can't be found
     * @throws IOException if something else fails, such as opening a socket
     */
    PathProbe start(Endpoint endpoint) throws IOException;
  }
}
