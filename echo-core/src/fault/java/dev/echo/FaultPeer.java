package dev.echo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;

/**
 * The peer of a server that may fail: it notes when it has lost its connection, and then says
 * nothing more. What it gets is what it has asked for, failure or not.
 */
abstract class FaultPeer implements AutoCloseable {

  static final Duration PATIENCE = Duration.ofSeconds(10);

  private boolean harmed;

  /** Something that the connection may not survive. */
  interface Step {
    void run() throws IOException;
  }

  final void attempt(Step step) {
    try {
      if (!harmed) {
        step.run();
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither answered nor closed", e);
    } catch (IOException e) {
      harmed = true;
    }
  }

  final FaultPeer send(String text) {
    attempt(() -> write((text + "\n").getBytes(UTF_8)));
    return this;
  }

  final FaultPeer expect(String text) {
    attempt(() -> assertEquals(text + "\n", new String(read(text.length() + 1), UTF_8)));
    return this;
  }

  final boolean isHarmed() {
    return harmed;
  }

  abstract void write(byte[] bytes) throws IOException;

  abstract byte[] read(int count) throws IOException;

  /** Sends no more, and waits for the peer to do the same. */
  final void end() {
    endOutput();
    expectEnd();
  }

  abstract void endOutput();

  /** Reads and drops what comes, up to the end, and counts as harmed then. */
  final void readToEnd() {
    attempt(() -> {
      while (true) {
        read(65_536);
      }
    });
  }

  abstract void expectEnd();

  abstract void reset();

  @Override
  public abstract void close();
}
