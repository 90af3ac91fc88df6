using Signet.Agent.Access;
using Signet.Agent.Configuration.Reading;

namespace Signet.Agent.Configuration.Sections;

/// <summary>Reads <c>credentials</c>. What stands under <c>secret</c> is never shown, whatever it is.</summary>
internal static class CredentialsSection
{
    /// <summary>Reads the section.</summary>
    public static IReadOnlyList<CredentialConfiguration> Read(SectionReader root) =>
    [
        .. root.Sections("credentials", ConfigurationSchema.Credential)
            .Select(section => new CredentialConfiguration(section.DeclaredName("credential"), ReadHash(section))),
    ];

    private static string ReadHash(SectionReader section)
    {
        if (section.Scalar("secret", required: true) is not { } secret)
        {
            return string.Empty;
        }

        if (!secret.Value.StartsWith(Argon2idHash.Prefix, StringComparison.Ordinal))
        {
            section.Context.Issues.Add(
                secret,
                "'secret' must be an Argon2id hash, not the secret itself. Make a new credential with 'signet credential "
                + "new', which shows the secret once, and put the hash here that it prints");
        }
        else if (!Argon2idHash.TryParse(secret.Value, out _, out var problem))
        {
            section.Context.Issues.Add(
                secret,
                $"'secret' is not a hash that 'signet credential new' makes: {problem}. Within {{ }} write it in quotes, because "
                + "it holds commas");
        }

        return secret.Value;
    }
}
