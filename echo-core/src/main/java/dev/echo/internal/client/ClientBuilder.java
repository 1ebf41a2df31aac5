package dev.echo.internal.client;

import dev.echo.EchoClient;
import dev.echo.Endpoint;
import dev.echo.Framing;
import dev.echo.QuitPredicate;
import dev.echo.internal.Settings;
import dev.echo.internal.codec.ProxyAddresses;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** The settings of a client to be. */
public final class ClientBuilder implements EchoClient.Builder {

  QuitPredicate quitPredicate = QuitPredicate.never();
  Framing framing = Framing.LINES;
  int maxMessageSize = 65_536;
  Duration connectTimeout = Duration.ofSeconds(5);
  Duration timeout = Duration.ofSeconds(5);
  Duration busyPoll = Duration.ZERO;
  SSLContext sslContext;
  SSLParameters sslParameters;

  /** Null if no header is sent. */
  ProxyAddresses proxyAddresses;

  @Override
  public ClientBuilder quitWhen(QuitPredicate predicate) {
    this.quitPredicate = Objects.requireNonNull(predicate, "predicate");
    return this;
  }

  @Override
  public ClientBuilder framing(Framing framing) {
    this.framing = Objects.requireNonNull(framing, "framing");
    return this;
  }

  @Override
  public ClientBuilder maxMessageSize(int bytes) {
    this.maxMessageSize = Settings.inRange(bytes, 1, Settings.MAX_MESSAGE_SIZE, "maxMessageSize");
    return this;
  }

  @Override
  public ClientBuilder connectTimeout(Duration timeout) {
    this.connectTimeout = Settings.positive(timeout, "connectTimeout");
    return this;
  }

  @Override
  public ClientBuilder timeout(Duration timeout) {
    this.timeout = Settings.positive(timeout, "timeout");
    return this;
  }

  @Override
  public ClientBuilder busyPoll(Duration limit) {
    this.busyPoll = Settings.notNegative(limit, "busyPoll");
    return this;
  }

  @Override
  public ClientBuilder sslContext(SSLContext context) {
    this.sslContext = Objects.requireNonNull(context, "context");
    return this;
  }

  @Override
  public ClientBuilder sslParameters(SSLParameters parameters) {
    this.sslParameters = Objects.requireNonNull(parameters, "parameters");
    return this;
  }

  @Override
  public ClientBuilder proxyHeader(Endpoint.Inet source, Endpoint.Inet destination) {
    this.proxyAddresses = new ProxyAddresses(source, destination);
    return this;
  }

  @Override
  public EchoClient connect(Endpoint endpoint) throws IOException {
    return AbstractClient.connect(endpoint, new ClientConfig(this));
  }

  @Override
  public String toString() {
    return "EchoClient.Builder[framing=" + framing
        + ", maxMessageSize=" + maxMessageSize
        + ", connectTimeout=" + Settings.text(connectTimeout)
        + ", timeout=" + Settings.text(timeout)
        + (proxyAddresses == null ? "" : ", proxyHeader=" + proxyAddresses.source())
        + ", tls=" + (sslContext != null)
        + "]";
  }
}
