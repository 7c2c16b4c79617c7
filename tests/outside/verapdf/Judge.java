import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.LogManager;

import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Validates many files in one JVM. The Maven artifacts of veraPDF carry the validator, not its command line,
 * hence this small main.
 *
 * Standard input:  one line per job, "PROFILE TAB PATH" (profiles as veraPDF names them: 2a, 3a, ua1, …).
 * Standard output: one line per job, "PROFILE TAB PATH TAB pass|fail|error TAB CHECKS TAB WORDS".
 */
public final class Judge {
    private static final int WORDS_KEPT = 8;

    public static void main(String[] args) throws Exception {
        // The parser logs every oddity it meets; what counts is in the result.
        LogManager.getLogManager().reset();
        java.util.logging.Logger.getLogger("").setLevel(Level.OFF);
        VeraGreenfieldFoundryProvider.initialise();

        PrintStream out = new PrintStream(System.out, true, "UTF-8");
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = in.readLine()) != null; ) {
            if (line.isBlank()) {
                continue;
            }
            String[] job = line.split("\t", 2);
            String verdict;
            try {
                verdict = judge(PDFAFlavour.byFlavourId(job[0]), new File(job[1]));
            } catch (Throwable e) {
                verdict = "error\t0\t" + flat(e.toString());
            }
            out.println(job[0] + "\t" + job[1] + "\t" + verdict);
        }
    }

    private static String judge(PDFAFlavour flavour, File file) throws Exception {
        if (flavour == null || flavour == PDFAFlavour.NO_FLAVOUR) {
            return "error\t0\tveraPDF knows no such profile";
        }
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, flavour);
             PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, 200, false, true, false)) {
            ValidationResult result = validator.validate(parser);
            if (result.getPDFAFlavour() != flavour) {
                return "error\t0\tvalidated against " + result.getPDFAFlavour() + " instead";
            }
            Set<String> words = new LinkedHashSet<>();
            for (TestAssertion a : result.getTestAssertions()) {
                if (a.getStatus() == TestAssertion.Status.FAILED) {
                    words.add(a.getRuleId().getClause() + "-" + a.getRuleId().getTestNumber() + ": "
                            + flat(a.getMessage()) + (a.getErrorMessage() == null ? "" : " — " + flat(a.getErrorMessage())));
                }
            }
            StringBuilder said = new StringBuilder();
            words.stream().limit(WORDS_KEPT).forEach(w -> said.append(said.length() == 0 ? "" : " | ").append(w));
            if (words.size() > WORDS_KEPT) {
                said.append(" | and ").append(words.size() - WORDS_KEPT).append(" more");
            }
            boolean pass = result.isCompliant() && words.isEmpty();
            return (pass ? "pass" : "fail") + "\t" + result.getTotalAssertions() + "\t" + said;
        }
    }

    private static String flat(String s) {
        return s == null ? "" : s.replaceAll("\\s+", " ").trim();
    }
}
