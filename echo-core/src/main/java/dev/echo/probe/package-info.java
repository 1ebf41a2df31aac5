/**
 * Measures a network path: {@link dev.echo.probe.PathProbe} sends numbered messages to an echo
 * server at a constant rate, and {@link dev.echo.probe.PathReport} says how many came back, how
 * they did, and how long that took.
 *
 * <p>It works with every server that sends back what it gets, as RFC 862 asks, not only with {@link
 * dev.echo.EchoServer}. Here it measures a server in the same process:
 *
 * <pre>{@code
 * try (PathProbe probe =
 *     PathProbe.builder().rate(1000).count(100).start(server.endpoint())) {
 *   System.out.println(probe.await());
 * }
 * }</pre>
 *
 * <p>No parameter or result is null unless it says so; null arguments are refused with a {@link
 * java.lang.NullPointerException}.
 */
package dev.echo.probe;
