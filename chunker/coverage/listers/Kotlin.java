import com.intellij.openapi.util.Disposer;
import com.intellij.psi.PsiComment;
import com.intellij.psi.PsiElement;
import com.intellij.psi.PsiErrorElement;
import com.intellij.psi.PsiFileFactory;
import com.intellij.psi.PsiWhiteSpace;
import com.intellij.psi.util.PsiTreeUtil;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import org.jetbrains.kotlin.cli.common.CLIConfigurationKeys;
import org.jetbrains.kotlin.cli.common.messages.MessageCollector;
import org.jetbrains.kotlin.cli.jvm.compiler.*;
import org.jetbrains.kotlin.config.*;
import org.jetbrains.kotlin.idea.KotlinFileType;
import org.jetbrains.kotlin.psi.*;

/** Lists Kotlin's functions by the compiler's own parser (see ../README.md). */
public class Kotlin {
  public static void main(String[] args) throws IOException {
    var configuration = new CompilerConfiguration();
    configuration.put(JVMConfigurationKeys.NO_JDK, true);
    configuration.put(CLIConfigurationKeys.MESSAGE_COLLECTOR_KEY, MessageCollector.Companion.getNONE());
    var environment = KotlinCoreEnvironment.createForProduction(Disposer.newDisposable(), configuration, EnvironmentConfigFiles.JVM_CONFIG_FILES);
    var factory = PsiFileFactory.getInstance(environment.getProject());
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var out = new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    for (String path; (path = in.readLine()) != null; ) {
      var text = new String(Files.readAllBytes(Path.of(path)), StandardCharsets.UTF_8).replace("\r\n", "\n");
      text = text.startsWith("\ufeff") ? text.substring(1) : text;
      var name = path.endsWith(".kts") ? "a.kts" : "a.kt";
      var file = factory.createFileFromText(name, KotlinFileType.INSTANCE, known(text));
      var error = PsiTreeUtil.findChildOfType(file, PsiErrorElement.class);
      if (error != null) {
        out.printf("{\"file\": %s, \"error\": %s}\n", quote(path), quote("line " + line(text, error.getTextOffset()) + ": " + error.getErrorDescription()));
        continue;
      }
      var lister = new Lister(path, text);
      file.accept(lister);
      out.print(lister.records);
    }
    out.flush();
    System.exit(0); // the compiler's threads would go on
  }

  /**
   * Hides from the parser of Kotlin 1.3 what came later and is small: commas at the end of a list,
   * fun before interface, value before class, ..&lt; and the dollars before a string.
   */
  static String known(String text) {
    text = blank(text, "\\bfun(?=\\s+interface\\b)|\\bvalue(?=\\s+class\\b)|\\$+(?=\")|(?<=\\.\\.)<");
    return blank(text, ",(?=(?:\\s|//.*|/\\*(?s:.*?)\\*/)*(?:[)\\]>]|->))");
  }

  static String blank(String text, String pattern) {
    return java.util.regex.Pattern.compile(pattern).matcher(text).replaceAll(m -> " ".repeat(m.end() - m.start()));
  }

  static long line(String text, int offset) {
    return 1 + text.substring(0, offset).chars().filter(c -> c == '\n').count();
  }

  static String quote(String s) {
    var b = new StringBuilder("\"");
    for (char c : s.toCharArray()) {
      b.append(c == '"' || c == '\\' || c < ' ' ? "\\u%04x".formatted((int) c) : String.valueOf(c));
    }
    return b.append('"').toString();
  }

  static class Lister extends KtTreeVisitorVoid {
    final StringBuilder records = new StringBuilder();
    final String path, text;

    Lister(String path, String text) {
      this.path = path;
      this.text = text;
    }

    /** Emits a function by the element that is its name. */
    void emit(PsiElement name, PsiElement element) {
      emit(name.getTextRange().substring(text), element);
    }

    void emit(String name, PsiElement element) {
      // A doc comment is a child of what it documents.
      var first = element.getFirstChild();
      while (first instanceof PsiComment || first instanceof PsiWhiteSpace) {
        first = first.getNextSibling();
      }
      records.append("{\"file\": %s, \"name\": %s, \"start\": %d, \"end\": %d}\n".formatted(
          quote(path), quote(name), line(text, first.getTextRange().getStartOffset()), line(text, element.getTextRange().getEndOffset())));
    }

    static boolean isFunction(KtExpression e) {
      return e instanceof KtLambdaExpression || e instanceof KtNamedFunction f && f.getName() == null;
    }

    @Override
    public void visitNamedFunction(KtNamedFunction f) {
      if (f.getNameIdentifier() != null && f.hasBody()) {
        emit(f.getNameIdentifier(), f);
      }
      super.visitNamedFunction(f);
    }

    @Override
    public void visitSecondaryConstructor(KtSecondaryConstructor c) {
      if (c.hasBody()) {
        emit("constructor", c);
      }
      super.visitSecondaryConstructor(c);
    }

    @Override
    public void visitPropertyAccessor(KtPropertyAccessor a) {
      if (a.hasBody()) {
        emit(a.isGetter() ? "get" : "set", a);
      }
      super.visitPropertyAccessor(a);
    }

    @Override
    public void visitProperty(KtProperty p) {
      if (p.getNameIdentifier() != null && isFunction(p.getInitializer())) {
        emit(p.getNameIdentifier(), p);
      }
      super.visitProperty(p);
    }

    @Override
    public void visitBinaryExpression(KtBinaryExpression e) {
      if (e.getOperationReference().getText().equals("=") && isFunction(e.getRight())) {
        var left = e.getLeft() instanceof KtQualifiedExpression q ? q.getSelectorExpression() : e.getLeft();
        if (left instanceof KtSimpleNameExpression) {
          emit(left, e);
        }
      }
      super.visitBinaryExpression(e);
    }
  }
}
