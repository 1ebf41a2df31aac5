/**
 * Clients over streams, with many messages in flight, and over UDP, with one at a time.
 *
 * <p>May use {@code dev.echo}, {@code dev.echo.internal} and its {@code codec} and {@code tls};
 * {@code server} is not for it. Nor is {@code loop}, as the threads that want a reply wait for the
 * socket themselves. {@code dev.echo.probe} connects by {@link
 * dev.echo.internal.client.StreamConnector}, and uses nothing else of it.
 */
package dev.echo.internal.client;
