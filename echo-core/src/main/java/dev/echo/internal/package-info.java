/**
 * What the rooms of the engine share: hosts and addresses, failures with their endpoint, checks of
 * settings, the log, the limit of what is held for peers.
 *
 * <p>May use {@code dev.echo} alone. {@code codec}, {@code tls} and {@code loop} stand on it and
 * know nothing of each other; {@code server} and {@code client} stand on all four, and know nothing
 * of each other either.
 */
package dev.echo.internal;
