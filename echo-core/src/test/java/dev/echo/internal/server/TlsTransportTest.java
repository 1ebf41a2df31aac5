package dev.echo.internal.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.EchoServer;
import dev.echo.Endpoint;
import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import java.nio.channels.SocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(30)
class TlsTransportTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  @Test
  void hasNothingMoreToSayToAPeerThatIsGone() throws Exception {
    try (EchoServer server =
        EchoServer.builder().sslContext(Certificates.of("server")).start(Endpoint.tcp(0))) {
      Worker worker = new Worker((StreamServer) server, 1);
      SocketChannel gone = SocketChannel.open();
      TlsTransport transport = new TlsTransport(gone, worker);
      gone.close();

      assertTrue(transport.sendCloseNotify());

      transport.release();
      worker.loop.discard();
    }
  }
}
