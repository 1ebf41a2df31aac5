/**
 * A thread with a selector that serves sources of events, and the tasks that other threads give to
 * it. It knows neither connections nor servers.
 *
 * <p>May use {@code dev.echo} and {@code dev.echo.internal}.
 */
package dev.echo.internal.loop;
