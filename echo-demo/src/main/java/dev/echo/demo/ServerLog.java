package dev.echo.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.echo.CloseReason;
import dev.echo.EchoListener;
import dev.echo.Endpoint;
import dev.echo.Exchange;
import dev.echo.Fault;
import dev.echo.Message;
import dev.echo.Peer;
import java.util.Locale;

/**
 * Prints a line of bounded length for each event of a server, which begins with the number of the
 * peer. Never waits for standard output.
 */
record ServerLog(Options options, Console console) implements EchoListener {

  private static final int MAX_SHOWN = 400;

  /** Has as many characters as are shown, at least, and one more. */
  private static final int MAX_DECODED = 4 * (MAX_SHOWN + 1);

  @Override
  public void onOpen(Peer peer) {
    Endpoint proxy = peer.proxy().orElse(peer.endpoint());
    String through = proxy.equals(peer.endpoint()) ? "" : " through " + endpoint(proxy);
    print(peer, "opened: " + endpoint(peer.endpoint()) + through);
  }

  @Override
  public void onEcho(Exchange exchange) {
    Peer peer = exchange.peer();
    // Over UDP nothing is opened that would tell who the peer is.
    String sender = peer.endpoint() instanceof Endpoint.Udp ? " " + endpoint(peer.endpoint()) : "";
    console.printWithoutWaiting(peer.number() + "#" + exchange.number() + sender + " "
        + quoted(exchange.received()) + " → " + quoted(exchange.reply())
        + (exchange.quit() ? " (quit)" : ""));
  }

  @Override
  public void onFault(Exchange exchange, Fault fault) {
    console.printWithoutWaiting(
        exchange.peer().number() + "#" + exchange.number() + " fault: " + fault);
  }

  @Override
  public void onError(Peer peer, Throwable error) {
    print(peer, "error: " + options.advice().text(error));
  }

  @Override
  public void onClose(Peer peer, CloseReason reason) {
    print(peer, "closed: " + reason.name().toLowerCase(Locale.ROOT).replace('_', ' '));
  }

  /** The number 0 stands for the server itself. */
  private void print(Peer peer, String event) {
    console.printWithoutWaiting(Printable.line(peer.number() + " " + event));
  }

  private DemoEndpoint endpoint(Endpoint endpoint) {
    return new DemoEndpoint(endpoint, options.tls() != null && endpoint instanceof Endpoint.Tcp);
  }

  /** Looks at the first bytes only, as a message may be large. */
  private static String quoted(Message message) {
    byte[] head = new byte[Math.min(message.size(), MAX_DECODED)];
    message.asReadOnlyByteBuffer().get(head);
    String text = Printable.line(new String(head, UTF_8), MAX_SHOWN);
    boolean cut = text.length() >= MAX_SHOWN - 1 && text.endsWith("…");
    return "\"" + text + (cut ? "\" (" + message.size() + " bytes)" : "\"");
  }
}
