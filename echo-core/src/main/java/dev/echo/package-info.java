/**
 * A real network peer: {@link dev.echo.EchoServer} sends every message back, changed if you like, and
 * {@link dev.echo.EchoClient} proves that it came back.
 *
 * <pre>{@code
 * try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
 *     EchoClient client = EchoClient.connect(server.endpoint())) {
 *   System.out.println(client.send("hello").message().text()); // hello
 * }
 * }</pre>
 *
 * <p>An {@link dev.echo.Endpoint} says where, a {@link dev.echo.Framing} how messages are told apart,
 * a {@link dev.echo.MessageTransformer} what the reply is, a {@link dev.echo.QuitPredicate} which
 * message ends it, and an {@link dev.echo.EchoListener} and {@link dev.echo.EchoStats} tell what
 * happens.
 *
 * <p>The rules on order, threads, limits, failures, shutdown, TLS and open networks are on the <a
 * href="{@docRoot}/index.html">front page</a>, complete programs for common tasks in the <a
 * href="doc-files/recipes.html">recipes</a>.
 *
 * <p>No parameter or result is null unless it says so; null arguments are refused with a {@link
 * java.lang.NullPointerException}.
 *
 * <h2>The way of a message, for readers of the code</h2>
 *
 * <p>Over TCP and Unix sockets, with one file for each step:
 *
 * <ol>
 *   <li>{@code EventLoop} waits for sockets that are ready and calls the connection, which
 *       {@code Acceptor} has made when the peer connected; {@code BusySources} calls it again under
 *       load, and what other threads want is in {@code TaskQueue}.
 *   <li>{@code Connection} reads into the loop's buffer. It holds the state of its socket, and keeps
 *       what is incomplete or could not be written as {@code Leftovers}; {@code Draining} is its end.
 *   <li>{@code FrameDecoder} finds the messages in what was read.
 *   <li>{@code Responder} asks the quit predicate, has the transformer make the reply, lets {@code
 *       Framing} frame it, counts, and tells the listener through {@code ServerEvents}.
 *   <li>{@code Replies} collects the replies, which the connection then writes at once.
 * </ol>
 *
 * <p>Under TLS the connection is a {@code TlsConnection}, whose first part is a {@code Handshake}, and
 * what it reads and writes goes through a {@code TlsChannel}, over the {@code SSLEngine} that {@code
 * Tls} has configured. {@code TlsRecords} tells records from plain text, {@code TlsFailures} says what
 * the JDK's failures mean. An {@code Answering} makes the replies on the user's executor.
 *
 * <p>Over UDP {@code DatagramServer} does it all around the same {@code Responder}, and {@code
 * SenderCheck} says whom it must not answer, {@code SenderRate} whom it has answered often enough. What servers share is {@code RunningServer}; {@code
 * StreamServer} has the loops and counts the connections, {@code ListeningSocket} the bound socket
 * and its file.
 *
 * <p>Of the clients, {@code StreamClient} has many messages in flight and {@code DatagramClient} one;
 * both are a {@code ConnectedClient}.
 */
package dev.echo;
