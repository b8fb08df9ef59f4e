using System.CommandLine;
using Offerbook.Wire.Http;

namespace Offerbook.Cli.Talking;

/// <summary>
/// Who this program is to the master and to Apps, for every command that talks to one. Apps may know it by another name: the variables with
/// APPS in
/// them go before the others there. The secret itself is never on the command line, where others see it.
/// </summary>
internal static class CredentialOption
{
    private const string PrincipalVariable = "OFFERBOOK_PRINCIPAL";
    private const string SecretFileVariable = "OFFERBOOK_SECRET_FILE";
    private const string AppsPrincipalVariable = "OFFERBOOK_APPS_PRINCIPAL";
    private const string AppsSecretFileVariable = "OFFERBOOK_APPS_SECRET_FILE";

    public static Option<string?> Principal { get; } = new("--principal")
    {
        Description = $"Who to authenticate as to the master and to Apps (else {PrincipalVariable})", HelpName = "name", Recursive = true,
    };

    public static Option<string?> SecretFile { get; } = new("--secret-file")
    {
        Description = $"File that holds the principal's secret (else {SecretFileVariable})", HelpName = "file", Recursive = true,
    };

    /// <summary>Null when nobody is named: the server must then let everybody in.</summary>
    public static Credential? Resolve(ParseResult parsed, bool toApps = false)
    {
        var principal = parsed.GetValue(Principal) ?? Variable(toApps, AppsPrincipalVariable, PrincipalVariable);
        var file = parsed.GetValue(SecretFile) ?? Variable(toApps, AppsSecretFileVariable, SecretFileVariable);
        if (principal is null && file is null)
        {
            return null;
        }
        if (principal is null || file is null)
        {
            throw new CliException(ExitCode.BadInput, "a principal and the file of its secret go together",
                $"give --principal and --secret-file, or {PrincipalVariable} and {SecretFileVariable}");
        }
        try
        {
            return Credential.FromFile(principal, file);
        }
        catch (FormatException problem)
        {
            throw new CliException(ExitCode.BadInput, problem.Message);
        }
    }

    private static string? Variable(bool toApps, string ofApps, string other) =>
        (toApps ? Environment.GetEnvironmentVariable(ofApps) : null) ?? Environment.GetEnvironmentVariable(other);
}
