package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.SignetException;
import java.io.IOException;
import java.util.List;

/** The catalog that a step makes, as a file of the workspace. */
public final class CatalogFile {
    private CatalogFile() {}

    /**
     * The files that a catalog covers: those that were found, without one that an earlier step left under its name.
     *
     * @param found names in the workspace
     */
    public static List<String> members(List<String> found, SigningPlan.Choices choices, SigningTargets targets) {
        String catalog = choices.catalog();
        return catalog == null ? found : found.stream()
                // The agent does not tell names apart that differ in case alone.
                .filter(name -> !name.equalsIgnoreCase(catalog) && !name.equalsIgnoreCase(targets.of(catalog)))
                .toList();
    }

    /**
     * Checks that the step may write the catalog.
     *
     * @throws SignetException ALREADY_SIGNED if there is one and it is not to be replaced
     */
    public static void checkPlace(Workspace workspace, SigningPlan.Choices choices, SigningTargets targets)
            throws SignetException, IOException, InterruptedException {
        if (choices.catalog() == null || choices.ifSigned() == IfSigned.REPLACE) {
            return;
        }
        String target = targets.of(choices.catalog());
        if (!workspace.taken(List.of(target)).isEmpty()) {
            throw new SignetException(
                    FailureReason.ALREADY_SIGNED,
                    "the catalog '" + target + "' is there already, so nothing was signed. Remove it before the step, or"
                            + " have it replaced: ifSigned 'replace'");
        }
    }
}
