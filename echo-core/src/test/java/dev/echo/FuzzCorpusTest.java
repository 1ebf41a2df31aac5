package dev.echo;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.echo.testing.DecoderFuzz;
import dev.echo.testing.ProxyHeaderFuzz;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the fuzzer kept, what it once failed with included, goes through without it. */
@Timeout(60)
class FuzzCorpusTest {

  @AfterAll
  static void closeServers() {
    ServerFuzz.closeServers();
  }

  @ParameterizedTest
  @MethodSource
  void decodesWhatIsInTheCorpus(Path input) throws IOException {
    DecoderFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }

  @ParameterizedTest
  @MethodSource
  void parsesOrRefusesWhatIsInTheCorpus(Path input) throws IOException {
    EndpointFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }

  @ParameterizedTest
  @MethodSource
  void takesOrRefusesTheHeadersInTheCorpus(Path input) throws IOException {
    ProxyHeaderFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }

  @ParameterizedTest
  @MethodSource
  void answersWhatIsInTheCorpus(Path input) throws IOException {
    ServerFuzz.fuzzerTestOneInput(Files.readAllBytes(input));
  }

  static Stream<Path> decodesWhatIsInTheCorpus() throws IOException {
    return corpus(DecoderFuzz.class);
  }

  static Stream<Path> parsesOrRefusesWhatIsInTheCorpus() throws IOException {
    return corpus(EndpointFuzz.class);
  }

  static Stream<Path> takesOrRefusesTheHeadersInTheCorpus() throws IOException {
    return corpus(ProxyHeaderFuzz.class);
  }

  static Stream<Path> answersWhatIsInTheCorpus() throws IOException {
    return corpus(ServerFuzz.class);
  }

  private static Stream<Path> corpus(Class<?> target) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("src/fuzz", target.getSimpleName()))) {
      List<Path> inputs = files.sorted().toList();
      assertTrue(inputs.size() > 5, "only " + inputs);
      return inputs.stream();
    }
  }
}
