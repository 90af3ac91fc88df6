package io.jenkins.plugins.signet.signing;

import io.jenkins.plugins.signet.client.FailureReason;
import io.jenkins.plugins.signet.client.ManifestEntry;
import io.jenkins.plugins.signet.client.SignetException;
import io.jenkins.plugins.signet.proto.FileStatus;
import io.jenkins.plugins.signet.proto.SigningRequest;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where the signed forms of a plan's files go; and, for a format whose signatures are files of their own, which files have
 * such a signature from before. What lies in it is not looked at: it counts as a signature by its name.
 */
final class SignatureFiles {
    /** What a name may have behind it: it must not lead anywhere else. */
    private static final Pattern SUFFIX = Pattern.compile("\\.[A-Za-z0-9]{1,16}");

    private final SigningTargets targets;
    private final String suffix;
    private final Set<String> taken;

    private SignatureFiles(SigningTargets targets, String suffix, Set<String> taken) {
        this.targets = targets;
        this.suffix = suffix;
        this.taken = taken;
    }

    /** For a plan whose format is not chosen: signatures are in the files. */
    static SignatureFiles inside(SigningTargets targets) {
        return new SignatureFiles(targets, null, Set.of());
    }

    /**
     * Looks for them.
     *
     * @param request as the agent has it now: what it signed already was written by this step, before it was interrupted
     * @throws SignetException ALREADY_SIGNED if there are some and the plan says that this is a failure
     */
    static SignatureFiles of(SigningPlan plan, SigningRequest request, SigningTargets targets, Workspace workspace)
            throws SignetException, IOException, InterruptedException {
        if (!request.hasDetachedSuffix()) {
            return inside(targets);
        }
        String suffix = request.getDetachedSuffix();
        if (!SUFFIX.matcher(suffix).matches()) {
            throw new SignetException(
                    FailureReason.PROTOCOL_ERROR, "the agent wants signature files to end with '" + suffix + "'");
        }
        if (plan.ifSigned() != IfSigned.FAIL && plan.ifSigned() != IfSigned.SKIP) {
            return new SignatureFiles(targets, suffix, Set.of());
        }
        Set<String> signed = request.getFilesList().stream()
                .filter(FileStatus::hasSignedAt).map(status -> status.getFile().getName()).collect(Collectors.toSet());
        List<String> places = plan.files().stream()
                .map(ManifestEntry::name)
                .filter(Predicate.not(signed::contains))
                .map(name -> targets.of(name) + suffix)
                .toList();
        Set<String> taken = workspace.taken(places);
        if (!taken.isEmpty() && plan.ifSigned() == IfSigned.FAIL) {
            String first = places.stream().filter(taken::contains).findFirst().orElseThrow();
            throw new SignetException(
                    FailureReason.ALREADY_SIGNED,
                    "the signature file '" + first + "' is there already" + (taken.size() == 1 ? "" : ", and "
                            + (taken.size() - 1) + " more") + ", so nothing more was signed. Remove such files before the"
                            + " step, or set ifSigned to 'skip' or 'replace'");
        }
        return new SignatureFiles(targets, suffix, taken);
    }

    /** The name of the signed file, or of the file with the signature: the one place that says it. */
    String targetOf(ManifestEntry file) {
        return suffix == null ? targets.of(file.name()) : targets.of(file.name()) + suffix;
    }

    /** Whether the file has a signature file from before, which stays as it is. */
    boolean isSigned(ManifestEntry file) {
        return taken.contains(targetOf(file));
    }

    /** What names of signature files end with; null where signatures are in the files. */
    String suffix() {
        return suffix;
    }
}
