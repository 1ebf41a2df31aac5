package dev.echo;

import dev.echo.testing.Certificates;
import dev.echo.testing.NoLeaks;
import dev.echo.testing.Seeds;
import dev.echo.testing.Transport;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Whatever a peer does, its messages are answered in order while they can be, and nobody else
 * suffers.
 */
@Timeout(60)
class ScriptTest {

  @RegisterExtension
  final NoLeaks noLeaks = new NoLeaks();

  private final ExecutorService executor = Executors.newSingleThreadExecutor();

  @AfterEach
  void shutDownExecutor() {
    executor.shutdown();
  }

  @ParameterizedTest
  @CsvSource({"TCP, false, 200", "UNIX, false, 200", "TCP, true, 12"})
  void answersEachMessageOnceAndInOrderWhereverThePeerBreaksOff(
      Transport transport, boolean secured, int seeds) {
    transport.assumeAvailable();
    SSLContext context = secured ? Certificates.of("server") : null;
    Seeds.each(seeds, seed -> {
      Script script = new Script(seed);
      try (ScriptedPeer peer = new ScriptedPeer(script, transport, context, executor)) {
        peer.play();
      } catch (Exception | AssertionError e) {
        throw new AssertionError(script + ": " + e, e);
      }
    });
  }
}
