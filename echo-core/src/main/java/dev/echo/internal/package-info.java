/**
 * What the rooms of the engine share: hosts and addresses ({@code Hosts}, {@code Addresses}), a
 * peer with the count of its messages ({@code RemotePeer}), failures that name their endpoint
 * ({@code IoErrors}) and the reason under TLS ({@code TlsFailures}), the first bytes of a proxy's
 * header ({@code ProxyHeader}), checks of settings ({@code Settings}), closing without failure
 * ({@code Closing}), the log ({@code Log}), the limit of what is held for peers ({@code
 * BufferLimit}), and classes made ready while there is memory ({@code Classes}). {@code Recording}
 * is what stands behind a recorder.
 *
 * <p>May use {@code dev.echo} alone. {@code codec}, {@code faults}, {@code tls} and {@code loop}
 * stand on it and know nothing of each other. {@code server} stands on all of them, {@code client}
 * on {@code codec} and {@code tls}, and the two know nothing of each other either.
 */
package dev.echo.internal;
