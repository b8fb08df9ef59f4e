using Mesos.V1;
using VariableType = Mesos.V1.Environment.Types.Variable.Types.Type;

namespace Offerbook.Master.Tasks.Validation;

/// <summary>What environments and containers may say.</summary>
internal static class ContainerRules
{
    public static string? Validate(Mesos.V1.Environment? environment)
    {
        foreach (var variable in environment?.Variables ?? [])
        {
            var wrong = variable.Type switch
            {
                VariableType.Value when !variable.HasValue => "of type 'VALUE' must have a value set",
                VariableType.Value when variable.Secret is not null => "of type 'VALUE' must not have a secret set",
                VariableType.Secret when variable.Secret is null => "of type 'SECRET' must have a secret set",
                VariableType.Secret when variable.HasValue => "of type 'SECRET' must not have a value set",
                VariableType.Secret when variable.Secret.Value is { } secret && secret.Data.Span.Contains((byte)0) =>
                    "specifies a secret containing null bytes, which is not allowed in the environment",
                VariableType.Unknown => "of type 'UNKNOWN' is not allowed",
                _ => null,
            };
            if (wrong is not null)
            {
                return $"Environment variable '{variable.Name}' {wrong}";
            }
        }
        return null;
    }

    public static string? Validate(ContainerInfo? container)
    {
        if (container is null)
        {
            return null;
        }
        foreach (var volume in container.Volumes)
        {
            var sources = (volume.HasHostPath ? 1 : 0) + (volume.Image is null ? 0 : 1) + (volume.Source is null ? 0 : 1);
            if (sources != 1)
            {
                return $"Invalid volume '{volume.ContainerPath}': Only one of them should be set: 'host_path', 'image' and 'source'";
            }
        }
        if (container.Type != ContainerInfo.Types.Type.Docker)
        {
            return null;
        }
        if (container.Docker is null)
        {
            return "DockerInfo 'docker' is not set for DOCKER typed ContainerInfo";
        }
        return container.Docker.Parameters.Any(parameter => parameter.Key == "name")
            ? "Parameter in DockerInfo must not be 'name'"
            : null;
    }
}
