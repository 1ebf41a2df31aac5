package dev.echo;

import dev.echo.internal.server.ServerBuilder;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/**
 * A running server that sends every message back, changed if you like.
 *
 * <p>It listens on one {@link Endpoint} over TCP, UDP or a Unix socket from when {@code start}
 * returns until it is shut down or closed, and can't be started again. By default it sends messages
 * back unchanged, one per line.
 *
 * <pre>{@code
 * try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
 *     EchoClient client = EchoClient.connect(server.endpoint())) {
 *   System.out.println(client.send("hello").message().text()); // hello
 * }
 * }</pre>
 *
 * <p>When a client has a reply, {@link #stats()} and the listener have seen its message. Over UDP a
 * datagram is a message, may be lost, and opens no connection. The rules in full: <a
 * href="doc-files/rules.html#order">order</a>, <a
 * href="doc-files/rules.html#transports">transports</a>, <a
 * href="doc-files/rules.html#threads">threads</a>, <a
 * href="doc-files/rules.html#limits">limits</a>, <a
 * href="doc-files/rules.html#failures">failures</a>, <a
 * href="doc-files/rules.html#shutdown">shutdown</a>, <a
 * href="doc-files/rules.html#networks">open networks</a>.
 *
 * <p><b>Failure:</b> whatever a transformer or predicate throws is contained and given to {@link
 * EchoListener#onError}; that connection closes, or that datagram is dropped, and the server lives.
 *
 * <p><b>Thread safety:</b> all methods may be called from any thread, and from within transformers,
 * predicates and listeners. Calling {@link #awaitTermination()} there deadlocks until another
 * thread calls {@link #shutdownNow()}.
 *
 * @since 0.1.0
 */
public interface EchoServer extends AutoCloseable {

  /**
   * Returns a builder with all defaults.
   *
   * @return a new builder
   */
  static Builder builder() {
    return new ServerBuilder();
  }

  /**
   * Starts a server with all defaults, which sends messages back unchanged.
   *
   * @param endpoint where to listen; port 0 takes any free port
   * @return the server, bound and accepting
   * @throws IOException as from {@link Builder#start}
   */
  static EchoServer start(Endpoint endpoint) throws IOException {
    return builder().start(endpoint);
  }

  /**
   * Returns where the server listens, with the real address and port. One that listens on all
   * addresses has the host {@code 0.0.0.0} or {@code ::}, to which clients elsewhere can't connect.
   *
   * @return the endpoint as bound; its port is never 0, and -1 for a Unix socket
   */
  Endpoint endpoint();

  /**
   * Returns the counters as they are now.
   *
   * @return a snapshot
   */
  EchoStats stats();

  /**
   * Returns whether the server has ended: nothing is bound or open, and the listener was notified.
   *
   * @return whether the server has ended
   */
  boolean isTerminated();

  /**
   * Begins an orderly end and returns at once. The server stops accepting, answers the messages
   * that have arrived, of those not read yet up to 64 KiB of each connection, writes the replies,
   * half-closes each connection, reads on for a moment and closes it. That moment ends when the
   * peer closes or has been silent for 100 ms, or for 10 ms if it is on this machine, the server
   * expects no {@linkplain Builder#proxyProtocol PROXY header}, and the peer has taken its last
   * replies at once; and after 1 s at most. What a {@linkplain Builder#faults fault} holds back,
   * and what stands behind that, is let go. A connection without traffic for 100 ms is closed at
   * once, and so is one in its TLS handshake. Connections that wait to be accepted are, if there is
   * room. Over UDP, what has arrived is answered, for 1 s at most. Further calls do no harm.
   */
  void shutdown();

  /**
   * Begins an immediate end and returns at once. Connections are closed as they are, and the
   * server's threads are interrupted in case a transformer, predicate or listener blocks. What is
   * on the executor at that moment is not waited for, and may still call the listener until the
   * server has ended.
   */
  void shutdownNow();

  /**
   * Waits until the server has ended.
   *
   * @throws InterruptedException if the current thread is interrupted while it waits
   */
  void awaitTermination() throws InterruptedException;

  /**
   * Waits until the server has ended, but not longer than given.
   *
   * @param timeout how long to wait at most; not at all if zero or negative
   * @return whether the server has ended
   * @throws InterruptedException if the current thread is interrupted while it waits
   */
  boolean awaitTermination(Duration timeout) throws InterruptedException;

  /**
   * Shuts the server down and waits until it has ended: {@link #shutdown()}, a wait of up to {@link
   * Builder#closeTimeout}, then {@link #shutdownNow()} and another 400 ms. An interrupt cuts the
   * first wait short and stays set. In this server's transformer, predicate or listener there is no
   * wait. Further calls do no harm, and nothing is thrown.
   */
  @Override
  void close();

  /**
   * Collects a server's settings and starts it.
   *
   * <pre>{@code
   * EchoServer server = EchoServer.builder()
   *     .transformer(MessageTransformer.upperCase())
   *     .quitWhen(QuitPredicate.textEqualsIgnoreCase("quit"))
   *     .start(Endpoint.tcp(0));
   * }</pre>
   *
   * <p>Each setting is checked when it is given and used from the next {@link #start} on. A builder
   * may start several servers.
   *
   * <p><b>Thread safety:</b> not thread-safe.
   *
   * @since 0.1.0
   */
  interface Builder {

    /**
     * Sets what makes the replies. Defaults to {@link MessageTransformer#identity()}.
     *
     * @param transformer called once for each message that is no quit message; it must be
     *     thread-safe
     * @return this builder
     */
    Builder transformer(MessageTransformer transformer);

    /**
     * Sets which messages end their connection: {@code quitWhen(predicate, QuitScope.CONNECTION)}.
     *
     * @param predicate as for {@link #quitWhen(QuitPredicate, QuitScope)}
     * @return this builder
     */
    Builder quitWhen(QuitPredicate predicate);

    /**
     * Sets which messages end what. A quit message is sent back unmodified, as the acknowledgement,
     * before the end; for an end without it, there is {@link Fault#close()}. Over a stream, what
     * the peer has sent behind it is read and dropped, and in no counter. Defaults to {@link
     * QuitPredicate#never()}.
     *
     * @param predicate called once for each message; it must be thread-safe
     * @param scope what ends; {@link QuitScope#SERVER} lets every peer end the server
     * @return this builder
     */
    Builder quitWhen(QuitPredicate predicate, QuitScope scope);

    /**
     * Sets which replies are lost, late, cut and so on, on purpose. Defaults to none.
     *
     * <p>The plan is asked for each message but those that quit, after {@link
     * EchoListener#onEcho}, on the {@linkplain #executor executor} if there is one, and for each
     * connection that opens. What it holds back counts as {@link #maxBufferedBytes}; a shutdown
     * lets go of it, and of what was received behind it on the same connection.
     *
     * @param plan the plan, such as {@code FaultPlan.script(Fault.none(), Fault.reset())}
     * @return this builder
     */
    Builder faults(FaultPlan plan);

    /**
     * Sets how messages are told apart in a stream. Over UDP a datagram is a message; {@link
     * Framing#LINES} removes one line ending from it and restores it on the reply, and the others
     * are ignored. Defaults to {@link Framing#LINES}.
     *
     * @param framing the framing
     * @return this builder
     */
    Builder framing(Framing framing);

    /**
     * Sets the largest message that is received. Replies may be larger, but over UDP one of more
     * than 65,507 bytes, over IPv6 some more, can't be sent and is dropped. Under {@link
     * Framing#RAW} over a stream, a read that is larger becomes several messages. Defaults to
     * 65,536 bytes.
     *
     * @param bytes the size without framing, 1 to 1,073,741,824
     * @return this builder
     * @throws IllegalArgumentException if {@code bytes} is out of range
     */
    Builder maxMessageSize(int bytes);

    /**
     * Sets how many connections may be open at a time. At the limit the server stops accepting
     * until one closes. A peer that waits has connected as far as it can tell, but nothing is read
     * from it until then, and the listener is not notified; without TLS, one that has gone
     * meanwhile is opened all the same, and what it had sent is answered. Those in a TLS handshake,
     * or without their PROXY header yet, count, too. Defaults to 10,000. Ignored for UDP.
     *
     * @param connections at least 1
     * @return this builder
     * @throws IllegalArgumentException if {@code connections} is less than 1
     */
    Builder maxConnections(int connections);

    /**
     * Sets how many bytes the server holds for all of its peers together: messages that have not
     * arrived whole, what waits to be answered, replies that are being made or not taken yet. Under
     * TLS the state of a connection counts as 12,000 bytes, and as 36,000 during its handshake. A
     * message above 64 KiB and its reply take up to five times its size, as buffers grow. The
     * connection that would pass the limit is closed, or the datagram dropped, and the listener
     * gets an {@link IOException}. What an idle connection takes, some 800 bytes of heap (benchmark
     * {@code IdleMemory}), is limited by {@link #maxConnections}. Defaults to a quarter of the
     * heap's maximum.
     *
     * @param bytes at least 1
     * @return this builder
     * @throws IllegalArgumentException if {@code bytes} is less than 1
     */
    Builder maxBufferedBytes(long bytes);

    /**
     * Sets how many datagrams a second are answered to one sender, for servers on open networks.
     * Bursts of up to one second's worth pass. Datagrams above the rate are dropped and counted in
     * {@link EchoStats#rejected}; the listener is not notified. A sender is an IPv4 address or a
     * /64 network of IPv6, whatever its ports; who forges it uses up its share. Senders are hashed
     * to 16,384 counters, so that two may share one. Defaults to no limit. Ignored for streams,
     * whose peers can't forge an address.
     *
     * @param messagesPerSecond 1 to 1,000,000
     * @return this builder
     * @throws IllegalArgumentException if {@code messagesPerSecond} is out of range
     */
    Builder maxSenderRate(int messagesPerSecond);

    /**
     * Sets how long a connection may go without progress. Progress is a message answered, some of a
     * reply taken by the peer's system, or 1,024 bytes more of a message that is still arriving. A
     * peer without any for so long is closed, and the listener gets an {@link
     * EchoTimeoutException}. The time that a message spends on the executor, or a {@linkplain
     * #faults fault} holds its reply back, does not count. Connections that a fault has stalled or
     * half-closed end after it, too, without that exception. Defaults to 5 minutes. Ignored for
     * UDP.
     *
     * @param timeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if {@code timeout} is zero or negative
     */
    Builder idleTimeout(Duration timeout);

    /**
     * Sets how long {@link EchoServer#close()} waits for the orderly end before it forces it.
     * Defaults to 2 seconds.
     *
     * @param timeout zero or more
     * @return this builder
     * @throws IllegalArgumentException if {@code timeout} is negative
     */
    Builder closeTimeout(Duration timeout);

    /**
     * Sets how many threads serve connections. Each starts with the first connection that falls to
     * it. One is enough until it is busy all the time. Defaults to 1.
     *
     * <p>Over UDP so many threads receive from the start on. The system shares the senders out
     * among them by {@code SO_REUSEPORT}, so that the datagrams of a sender to one address stay in
     * order; where it has no such option, there is one thread. With more than one thread, another
     * process of the same user that sets the option can bind the port, too, and takes some of the
     * senders. On a wildcard address the first thread alone serves addresses that the host did not
     * have at the start.
     *
     * @param threads 1 to 1,024
     * @return this builder
     * @throws IllegalArgumentException if {@code threads} is out of range
     */
    Builder eventLoops(int threads);

    /**
     * Sets where quit predicate, transformer, {@link EchoListener#onEcho} and the plan of the
     * {@linkplain #faults faults} run, for those that block. One connection has at most one task on
     * the executor, and is not read from meanwhile, so that its replies stay in order, and as many
     * connections are answered at once as the executor has threads. Over UDP at most 1,024
     * datagrams are on it, answered in any order. An executor that takes no more must throw; the
     * connection is then closed, or the datagram dropped. Defaults to the event loop.
     *
     * @param executor stays the caller's, who may shut it down after the server
     * @return this builder
     */
    Builder executor(Executor executor);

    /**
     * Sets how long an idle thread polls before it sleeps. This saves the time to wake up, which is
     * most of a round trip within one machine, and costs each event loop up to a whole core while
     * messages keep coming; where loops and clients share cores, both get slower. An idle server
     * sleeps. Defaults to zero: threads sleep at once.
     *
     * @param limit zero or more, such as 100 µs
     * @return this builder
     * @throws IllegalArgumentException if {@code limit} is negative
     */
    Builder busyPoll(Duration limit);

    /**
     * Sets the listener. Defaults to none.
     *
     * @param listener the listener; it must be thread-safe
     * @return this builder
     */
    Builder listener(EchoListener listener);

    /**
     * Sets what TLS connections are made with, and makes every connection one; over TCP only. The
     * versions are those that context and parameters allow, and renegotiation is refused. Defaults
     * to plain connections.
     *
     * @param context initialized with a key manager that has a certificate and, if clients are
     *     asked for theirs, with a trust manager that decides which are trusted
     * @return this builder
     */
    Builder sslContext(SSLContext context);

    /**
     * Sets protocols, cipher suites and other choices for TLS connections. With {@code
     * setNeedClientAuth(true)} only those get in whose certificate the context trusts; a client of
     * the JDK whose certificate it does not trust shows none. Defaults to the context's: no client
     * certificates.
     *
     * @param parameters copied by {@link #start}
     * @return this builder
     */
    Builder sslParameters(SSLParameters parameters);

    /**
     * Sets how long a connection may take until it opens, from when it was accepted: for its PROXY
     * header, if there must be {@linkplain #proxyProtocol one}, and its TLS handshake, together. A
     * handshake whose last message is still being checked then has as long again. After that the
     * connection is closed, and the listener gets an {@link EchoTimeoutException}. Defaults to 10
     * seconds. Ignored for connections without either.
     *
     * @param timeout more than zero
     * @return this builder
     * @throws IllegalArgumentException if {@code timeout} is zero or negative
     */
    Builder handshakeTimeout(Duration timeout);

    /**
     * Has every connection begin with a header of the PROXY protocol, version 1 or 2 (HAProxy's
     * proxy-protocol.txt), by which a load balancer says who its client is; over TCP and Unix
     * sockets, and before TLS. {@link Peer#endpoint()} is then the client's, and {@link
     * Peer#proxy()} the load balancer's. Defaults to connections without a header.
     *
     * <pre>{@code
     * EchoServer server = EchoServer.builder()
     *     .proxyProtocol(from -> from instanceof Endpoint.Tcp tcp && tcp.host().equals("10.0.0.5"))
     *     .start(Endpoint.tcp("0.0.0.0", 0));
     * }</pre>
     *
     * <p>The header is required and never guessed. A connection from an address that is not
     * trusted, without a header, with a malformed one, or with one that is not complete within the
     * {@link #handshakeTimeout} is closed, and {@link EchoListener#onError} called; it does not
     * count as opened, nor as {@linkplain EchoStats#rejected rejected}. The peer's endpoint is then
     * who has really connected. One that ends before its first byte, as port scans do, is no
     * error. Headers that name no client (LOCAL and UNSPEC, in version 1 UNKNOWN) keep the real
     * address. A client on a Unix socket of the load balancer has no name: {@code unix:}. What a
     * header of version 2 has behind its addresses is skipped; one that names datagrams is refused.
     *
     * @param trusted whether to believe the header of whoever has really connected, with a numeric
     *     address; called once for each connection, on its event loop. If it throws, the connection
     *     is closed
     * @return this builder
     */
    Builder proxyProtocol(Predicate<? super Endpoint> trusted);

    /**
     * Starts a server. A failed start leaves nothing behind. The port of a server that has ended
     * can be bound again at once.
     *
     * @param endpoint where to listen; port 0 takes any free port
     * @return the server, bound and accepting
     * @throws IllegalArgumentException if the endpoint is the empty path
     * @throws IllegalArgumentException if an {@link #sslContext} is set and the endpoint is not TCP
     * @throws IllegalArgumentException if {@link #sslParameters} lack a context that supports them
     * @throws IllegalArgumentException if {@link #proxyProtocol} is set and the endpoint is UDP
     * @throws java.net.BindException if the endpoint can't be bound: it is in use, not of this
     *     machine or not permitted, or the {@linkplain Endpoint#unix file} of a Unix socket exists
     * @throws java.net.UnknownHostException if the host can't be found
     * @throws IOException if something else fails
     */
    EchoServer start(Endpoint endpoint) throws IOException;
  }
}
