package dev.echo;

import static java.util.function.Predicate.not;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Checks the README's size, and that all exists that it names; ExamplesTest runs its examples. */
class ReadmeTest {

  private static final Path ROOT = Path.of("..");
  private static final Path README = ROOT.resolve("README.md");
  private static final Path DEMO = ROOT.resolve(Path.of("echo-demo", "src", "main", "java"));
  private static final Path API = Path.of("src", "main", "java", "dev", "echo");

  /** The target of a link or of a picture. */
  private static final Pattern LINK = Pattern.compile("(?<=\\]\\()[^)]+(?=\\))");

  /** What stands in backticks, or in a block of commands. */
  private static final Pattern CODE =
      Pattern.compile("(?<=```sh\n).*?(?=```)|`[^`\n]+`", Pattern.DOTALL);

  /** With its folder, or one of those beside the README. */
  private static final Pattern FILE = Pattern.compile("[\\w.-]+(/[\\w.-]+)+|[\\w-]+\\.(xml|md)");

  /** As types and methods of more than one word are written. */
  private static final Pattern NAME = Pattern.compile("[A-Z][a-z]\\w*|[a-z]+[A-Z]\\w*");

  private final String readme = read(README);

  @Test
  void isShort() throws IOException {
    assertTrue(Files.size(README) <= 9_000, Files.size(README) + " bytes");
  }

  @Test
  void linksLeadToFilesAndAnchors() {
    List<String> links =
        matches(LINK, readme).filter(link -> !link.contains("://")).toList();

    assertTrue(links.size() > 5, "only " + links);
    assertEquals(
        List.of(), links.stream().filter(not(ReadmeTest::leadsSomewhere)).toList());
  }

  private static boolean leadsSomewhere(String link) {
    int fragment = link.indexOf('#');
    Path file = ROOT.resolve(fragment < 0 ? link : link.substring(0, fragment));
    return Files.exists(file)
        && (fragment < 0 || read(file).contains("id=\"" + link.substring(fragment + 1) + "\""));
  }

  @Test
  void namesFilesThatExist() {
    List<String> files =
        words(FILE.asMatchPredicate()).filter(file -> !file.contains("target/")).toList();

    assertTrue(files.size() > 1, "only " + files);
    assertEquals(
        List.of(),
        files.stream().filter(file -> !Files.exists(ROOT.resolve(file))).toList());
  }

  @Test
  void namesProfilesAndPropertiesThatMavenKnows() {
    String poms = poms();
    List<String> profiles = words(word -> word.startsWith("-P")).toList();
    List<String> properties =
        words(word -> word.startsWith("-D") && !word.equals("-DskipTests")).toList();

    assertTrue(profiles.size() > 5, "only " + profiles);
    assertTrue(properties.size() > 3, "only " + properties);
    assertEquals(
        List.of(),
        profiles.stream()
            .filter(profile -> !poms.contains("<id>" + profile.substring(2) + "</id>"))
            .toList());
    assertEquals(
        List.of(),
        properties.stream()
            .filter(property ->
                !poms.contains("${" + property.substring(2).replaceFirst("=.*", "") + "}"))
            .toList());
  }

  @Test
  void namesOptionsThatTheDemoHas() {
    String demo = sources(DEMO, Integer.MAX_VALUE);
    List<String> options = words(word -> word.startsWith("--")).toList();

    assertTrue(options.size() > 3, "only " + options);
    assertEquals(
        List.of(),
        options.stream()
            .filter(option -> !option.equals("--help") // which is the parser's
                && !demo.contains("\"" + option.replaceFirst("=.*", "") + "\""))
            .toList());
  }

  @Test
  void namesWhatTheApiHas() {
    List<String> names = words(NAME.asMatchPredicate()).toList();
    String api = sources(API, 1) + sources(API.resolve("probe"), 1);

    assertTrue(names.size() > 10, "only " + names);
    assertEquals(
        List.of(),
        names.stream()
            .filter(name -> !Pattern.compile("\\b" + name + "\\b").matcher(api).find())
            .toList());
  }

  @Test
  void namesThePackagesOfTheEngine() throws IOException {
    try (Stream<Path> files = Files.list(API.resolve("internal"))) {
      List<String> packages = files
          .filter(Files::isDirectory)
          .map(file -> file.getFileName().toString())
          .toList();

      assertTrue(packages.size() > 3, "only " + packages);
      assertEquals(
          List.of(),
          packages.stream().filter(not(words(name -> true).toList()::contains)).toList());
    }
  }

  /** The words of commands, and those in backticks. */
  private Stream<String> words(Predicate<String> which) {
    return matches(CODE, readme)
        .flatMap(code -> Stream.of(code.split("[\\s`\"]+")))
        .filter(which)
        .distinct();
  }

  private static Stream<String> matches(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MatchResult::group);
  }

  private static String poms() {
    return Stream.of(ROOT, Path.of(""), ROOT.resolve("echo-demo"))
        .map(module -> read(module.resolve("pom.xml")))
        .reduce("", String::concat);
  }

  private static String sources(Path directory, int depth) {
    try (Stream<Path> files = Files.walk(directory, depth)) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .map(ReadmeTest::read)
          .reduce("", String::concat);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
