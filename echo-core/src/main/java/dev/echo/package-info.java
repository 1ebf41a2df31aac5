/**
 * A real network peer: {@link dev.echo.EchoServer} sends every message back, changed if you like,
 * and {@link dev.echo.EchoClient} proves that it came back.
 *
 * <pre>{@code
 * try (EchoServer server = EchoServer.start(Endpoint.tcp(0));
 *     EchoClient client = EchoClient.connect(server.endpoint())) {
 *   System.out.println(client.send("hello").message().text()); // hello
 * }
 * }</pre>
 *
 * <p>An {@link dev.echo.Endpoint} says where, a {@link dev.echo.Framing} how messages are told
 * apart, a {@link dev.echo.MessageTransformer} what the reply is, a {@link dev.echo.QuitPredicate}
 * which message ends a connection, a server or a client. A {@link dev.echo.FaultPlan} says which
 * reply has which {@link dev.echo.Fault}. An {@link dev.echo.EchoListener} is notified of what
 * happens in a server, {@link dev.echo.EchoRecorder} keeps it, and {@link dev.echo.EchoStats}
 * counts it.
 *
 * <p>The rules on order, threads, limits, failures, shutdown, TLS and open networks are <a
 * href="doc-files/rules.html">definitions and limits</a>, complete programs for common tasks the <a
 * href="doc-files/recipes.html">recipes</a>.
 *
 * <p>No parameter or result is null unless it says so; null arguments are refused with a {@link
 * java.lang.NullPointerException}.
 */
package dev.echo;
