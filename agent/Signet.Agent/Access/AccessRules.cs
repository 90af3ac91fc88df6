using Signet.Agent.Configuration;

namespace Signet.Agent.Access;

/// <summary>
/// One configuration prepared for deciding about access. Verified secrets are remembered here, so that a change of the
/// configuration drops them.
/// </summary>
/// <remarks>Safe for several threads at once.</remarks>
internal sealed class AccessRules
{
    private readonly Dictionary<string, Argon2idHash> _credentials;
    private readonly Dictionary<string, string> _secretHashes;
    private readonly Dictionary<string, ProfileConfiguration> _profiles;

    /// <summary>Prepares a configuration.</summary>
    public AccessRules(SignetConfiguration configuration)
    {
        Configuration = configuration;
        Controllers = new ControllerAuthenticator(configuration.Controllers);
        Grants = new GrantTable(configuration.Grants);
        _profiles = configuration.Profiles.ToDictionary(profile => profile.Name, StringComparer.Ordinal);
        _secretHashes = configuration.Credentials.ToDictionary(
            credential => credential.Name, credential => credential.SecretHash, StringComparer.Ordinal);
        _credentials = configuration.Credentials.ToDictionary(
            credential => credential.Name, credential => Parse(credential.SecretHash), StringComparer.Ordinal);

        // As costly as the costliest real one, so that time does not tell which names exist.
        UnknownCredentialHash = Argon2idHash.CreateUnmatched(
            _credentials.Values.Select(hash => hash.MemoryKib).DefaultIfEmpty(Argon2idHash.DefaultMemoryKib).Max(),
            _credentials.Values.Select(hash => hash.Passes).DefaultIfEmpty(Argon2idHash.DefaultPasses).Max());
    }

    /// <summary>The configuration that these rules were made from.</summary>
    public SignetConfiguration Configuration { get; }

    /// <summary>Who is who by client certificate.</summary>
    public ControllerAuthenticator Controllers { get; }

    /// <summary>The whitelist.</summary>
    public GrantTable Grants { get; }

    /// <summary>Secrets that were verified against this configuration.</summary>
    public VerifiedSecrets Verified { get; } = new();

    /// <summary>A hash without a secret, for the check of names that do not exist.</summary>
    public Argon2idHash UnknownCredentialHash { get; }

    /// <summary>The hash of a credential's secret; null where there is no such credential.</summary>
    public Argon2idHash? FindCredential(string name) => _credentials.GetValueOrDefault(name);

    /// <summary>The same hash as the configuration has it; null where there is no such credential.</summary>
    public string? FindSecretHash(string name) => _secretHashes.GetValueOrDefault(name);

    /// <summary>The profile with this name; null where there is none.</summary>
    public ProfileConfiguration? FindProfile(string name) => _profiles.GetValueOrDefault(name);

    private static Argon2idHash Parse(string text) => Argon2idHash.TryParse(text, out var hash, out var problem)
        ? hash
        : throw new ArgumentException($"The configuration was not checked: {problem}.", nameof(text));
}
