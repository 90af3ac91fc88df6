using Signet.Testing.Tools;

namespace Signet.Testing.Judges;

/// <summary>debsig-verify with policies and keyrings of its own: a judge of signatures in Debian packages.</summary>
public sealed class DebsigVerify
{
    private readonly string _root;
    private readonly GnuPg _gpg;

    /// <param name="root">Directory for its policies and keyrings.</param>
    /// <param name="gpg">Has the keys.</param>
    public DebsigVerify(string root, GnuPg gpg)
    {
        _root = root;
        _gpg = gpg;
    }

    /// <summary>Lets it trust a key that gpg knows, as the origin of packages.</summary>
    public async Task TrustAsync(string fingerprint, CancellationToken cancellationToken)
    {
        // Directories are named for the key's id of 64 bits.
        var id = fingerprint.ToUpperInvariant();
        foreach (var name in new[] { id, id[^16..] })
        {
            var policies = Path.Combine(_root, "policies", name);
            var keyrings = Path.Combine(_root, "keyrings", name);
            Directory.CreateDirectory(policies);
            Directory.CreateDirectory(keyrings);
            await _gpg.RunAsync(["--yes", "--output", Path.Combine(keyrings, "origin.pgp"), "--export", fingerprint], cancellationToken);
            await File.WriteAllTextAsync(
                Path.Combine(policies, "origin.pol"),
                $"""
                <?xml version="1.0"?>
                <!DOCTYPE Policy SYSTEM "https://www.debian.org/debsig/1.0/policy.dtd">
                <Policy xmlns="https://www.debian.org/debsig/1.0/">
                  <Origin Name="Signet" id="{name}" Description="Signet tests"/>
                  <Selection><Required Type="origin" File="origin.pgp" id="{name}"/></Selection>
                  <Verification MinOptional="0"><Required Type="origin" File="origin.pgp" id="{name}"/></Verification>
                </Policy>

                """,
                cancellationToken);
        }
    }

    /// <summary>Lets it verify a package. Ends with 0 where it accepts, 10 without a signature, 13 where one does not hold.</summary>
    public Task<ProgramResult> VerifyAsync(string package, CancellationToken cancellationToken) => ExternalProgram.RunAsync(
        "debsig-verify",
        ["--verbose", "--policies-dir", Path.Combine(_root, "policies"), "--keyrings-dir", Path.Combine(_root, "keyrings"), package],
        cancellationToken, environment: _gpg.Environment);
}
