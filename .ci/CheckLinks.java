import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Checks that each link between the pages of a folder leads to a file, and to an anchor in it. */
class CheckLinks {

  private static final Pattern LINK = Pattern.compile("(?:href|src)=\"([^\"]*)\"");
  private static final Pattern ANCHOR = Pattern.compile("(?:id|name)=\"([^\"]*)\"");

  private final Path root;
  private final Map<Path, Set<String>> anchors = new HashMap<>();
  private final List<String> broken = new ArrayList<>();
  private int links;

  private CheckLinks(Path root) {
    this.root = root;
  }

  public static void main(String[] args) throws IOException {
    CheckLinks check = new CheckLinks(Path.of(args[0]).toAbsolutePath().normalize());
    List<Path> pages;
    try (Stream<Path> files = Files.walk(check.root)) {
      pages = files.filter(file -> file.toString().endsWith(".html")).sorted().toList();
    }
    for (Path page : pages) {
      check.check(page);
    }
    check.broken.forEach(System.err::println);
    System.out.println(pages.size() + " pages, " + check.links + " links, " + check.broken.size() + " broken");
    System.exit(check.broken.isEmpty() && check.links > 0 ? 0 : 1);
  }

  private void check(Path page) throws IOException {
    for (String link : matches(LINK, Files.readString(page))) {
      URI uri = URI.create(link.replace("<", "%3C").replace(">", "%3E"));
      if (uri.getScheme() != null) {
        continue; // leaves the folder
      }
      links++;
      Path target = uri.getPath().isEmpty() ? page : page.resolveSibling(uri.getPath()).normalize();
      if (!target.startsWith(root) || !Files.exists(target)) {
        broken.add(root.relativize(page) + ": no file for " + link);
      } else if (uri.getFragment() != null
          && !uri.getFragment().isEmpty() // the top of the page
          && !anchorsOf(target).contains(uri.getFragment())) {
        broken.add(root.relativize(page) + ": no anchor for " + link);
      }
    }
  }

  private Set<String> anchorsOf(Path page) throws IOException {
    if (!anchors.containsKey(page)) {
      anchors.put(page, matches(ANCHOR, Files.readString(page)));
    }
    return anchors.get(page);
  }

  private static Set<String> matches(Pattern pattern, String text) {
    return pattern
        .matcher(text)
        .results()
        .map(match -> match.group(1).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"))
        .collect(Collectors.toSet());
  }
}
