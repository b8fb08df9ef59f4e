using Mesos.V1;
using SecretType = Mesos.V1.Secret.Types.Type;
using VariableType = Mesos.V1.Environment.Types.Variable.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>What commands and their environments may say.</summary>
internal static class CommandRules
{
    /// <param name="whose"><c>Task</c>, <c>Executor</c>, <c>Check</c> …</param>
    public static string? Validate(CommandInfo? command, string whose) =>
        command is not null && Validate(command) is { } wrong ? $"{whose}'s `CommandInfo` is invalid: {wrong}" : null;

    public static string? Validate(CommandInfo command)
    {
        foreach (var variable in command.Environment?.Variables ?? [])
        {
            if (ValidateVariable(variable) is { } wrong)
            {
                return wrong;
            }
        }
        return null;
    }

    private static string? ValidateVariable(Mesos.V1.Environment.Types.Variable variable)
    {
        if (variable.Type == VariableType.Unknown)
        {
            return "Environment variable of type 'UNKNOWN' is not allowed";
        }
        var wrong = variable.Type == VariableType.Value
            ? !variable.HasValue ? "of type 'VALUE' must have a value set"
                : variable.Secret is not null ? "of type 'VALUE' must not have a secret set"
                : null
            : variable.Secret is not { } secret ? "of type 'SECRET' must have a secret set"
                : variable.HasValue ? "of type 'SECRET' must not have a value set"
                : ValidateSecret(secret) is { } invalid ? "specifies an invalid secret: " + invalid
                : secret.Value is { } value && value.Data.Span.Contains((byte)0)
                    ? "specifies a secret containing null bytes, which is not allowed in the environment"
                : null;
        return wrong is null ? null : $"Environment variable '{variable.Name}' {wrong}";
    }

    private static string? ValidateSecret(Secret secret) => secret.Type switch
    {
        SecretType.Reference => secret.Reference is null ? "Secret of type REFERENCE must have the 'reference' field set"
            : secret.Value is not null ? $"Secret '{secret.Reference.Name}' of type REFERENCE must not have the 'value' field set"
            : null,
        SecretType.Value => secret.Value is null ? "Secret of type VALUE must have the 'value' field set"
            : secret.Reference is not null ? "Secret of type VALUE must not have the 'reference' field set"
            : null,
        _ => null,
    };
}
