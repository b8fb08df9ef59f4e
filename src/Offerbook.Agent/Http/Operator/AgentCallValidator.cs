using Mesos.V1;
using Mesos.V1.Agent;
using Offerbook.Agent.Containers;
using Offerbook.Resources;
using CallType = Mesos.V1.Agent.Call.Types.Type;

namespace Offerbook.Agent.Http.Operator;

/// <summary>What must hold of an operator's call before anything is done about it (API section 6). The texts are the original's.</summary>
internal static class AgentCallValidator
{
    public const string Prefix = "Failed to validate agent::Call: ";

    /// <returns>What is wrong, or null.</returns>
    public static string? Validate(Call call) => !call.HasType ? "Expecting 'type' to be present" : call.Type switch
    {
        CallType.GetMetrics => Present(call.GetMetrics, "get_metrics"),
        CallType.SetLoggingLevel => Present(call.SetLoggingLevel, "set_logging_level"),
        CallType.ListFiles => Present(call.ListFiles, "list_files"),
        CallType.ReadFile => Present(call.ReadFile, "read_file"),
        CallType.LaunchNestedContainer => Present(call.LaunchNestedContainer, "launch_nested_container")
            ?? Nested(call.LaunchNestedContainer.ContainerId, "launch_nested_container")
            ?? Command(call.LaunchNestedContainer.Command, "launch_nested_container")
            ?? DeepGroup(call.LaunchNestedContainer.ContainerId, call.LaunchNestedContainer.Container, "launch_nested_container"),
        CallType.WaitNestedContainer => Present(call.WaitNestedContainer, "wait_nested_container")
            ?? Nested(call.WaitNestedContainer.ContainerId, "wait_nested_container"),
        CallType.KillNestedContainer => Present(call.KillNestedContainer, "kill_nested_container")
            ?? Nested(call.KillNestedContainer.ContainerId, "kill_nested_container"),
        CallType.RemoveNestedContainer => Present(call.RemoveNestedContainer, "remove_nested_container")
            ?? Nested(call.RemoveNestedContainer.ContainerId, "remove_nested_container"),
        CallType.LaunchNestedContainerSession => Present(call.LaunchNestedContainerSession, "launch_nested_container_session")
            ?? Nested(call.LaunchNestedContainerSession.ContainerId, "launch_nested_container_session")
            ?? Command(call.LaunchNestedContainerSession.Command, "launch_nested_container_session")
            ?? SessionGroup(call.LaunchNestedContainerSession.Container),
        CallType.AttachContainerInput => Present(call.AttachContainerInput, "attach_container_input") ?? Input(call.AttachContainerInput),
        CallType.AttachContainerOutput => Present(call.AttachContainerOutput, "attach_container_output")
            ?? Id(call.AttachContainerOutput.ContainerId, "attach_container_output"),
        CallType.LaunchContainer => Present(call.LaunchContainer, "launch_container") ?? Launch(call.LaunchContainer),
        CallType.WaitContainer => Present(call.WaitContainer, "wait_container") ?? Id(call.WaitContainer.ContainerId, "wait_container"),
        CallType.KillContainer => Present(call.KillContainer, "kill_container") ?? Id(call.KillContainer.ContainerId, "kill_container"),
        CallType.RemoveContainer =>
            Present(call.RemoveContainer, "remove_container") ?? Id(call.RemoveContainer.ContainerId, "remove_container"),
        CallType.AddResourceProviderConfig => Present(call.AddResourceProviderConfig, "add_resource_provider_config")
            ?? NoProviderId(call.AddResourceProviderConfig.Info, "add_resource_provider_config"),
        CallType.UpdateResourceProviderConfig => Present(call.UpdateResourceProviderConfig, "update_resource_provider_config")
            ?? NoProviderId(call.UpdateResourceProviderConfig.Info, "update_resource_provider_config"),
        CallType.RemoveResourceProviderConfig => Present(call.RemoveResourceProviderConfig, "remove_resource_provider_config"),
        CallType.MarkResourceProviderGone => Present(call.MarkResourceProviderGone, "mark_resource_provider_gone"),
        _ => null,
    };

    private static string? Present(object? member, string name) => member is null ? $"Expecting '{name}' to be present" : null;

    private static string? Id(ContainerID? id, string member) =>
        id is null ? null : ContainerIdRules.Examine(id) is { } wrong ? $"'{member}.container_id' is invalid: {wrong}" : null;

    private static string? Nested(ContainerID id, string member) =>
        Id(id, member) ?? (id.Parent is null ? $"Expecting '{member}.container_id.parent' to be present" : null);

    private static string? Input(Call.Types.AttachContainerInput input) =>
        !input.HasType ? "Expecting 'attach_container_input.type' to be present"
        : input.Type switch
        {
            Call.Types.AttachContainerInput.Types.Type.Unknown => "'attach_container_input.type' is unknown",
            Call.Types.AttachContainerInput.Types.Type.ContainerId => input.ContainerId is null
                ? "Expecting 'attach_container_input.container_id' to be present"
                : Id(input.ContainerId, "attach_container_input"),
            _ => null,
        };

    private static string? Command(CommandInfo? command, string member)
    {
        foreach (var variable in command?.Environment?.Variables ?? [])
        {
            if (variable.Name.Length == 0 || variable.Name.Contains('=') || variable.Name.Contains('\0') || variable.Value.Contains('\0'))
            {
                return $"'{member}.command' is invalid: Environment variable '{variable.Name}' must have a name without '=' and no NUL character";
            }
            if (variable.Secret is { Value: null })
            {
                return $"'{member}.command' is invalid: Environment variable '{variable.Name}' refers to a secret store, and only secrets with a value are supported";
            }
        }
        return command is not null && (command.Value.Contains('\0') || command.Arguments.Any(argument => argument.Contains('\0')))
            ? $"'{member}.command' is invalid: it contains a NUL character"
            : null;
    }

    private static bool SharesNoGroup(ContainerInfo? container) => container?.LinuxInfo is { HasShareCgroups: true, ShareCgroups: false };

    private static string? DeepGroup(ContainerID id, ContainerInfo? container, string member) =>
        SharesNoGroup(container) && id.Parent?.Parent is not null
            ? $"'{member}' is invalid: containers nested at the second level or greater cannot set 'share_cgroups' to 'false'"
            : null;

    private static string? SessionGroup(ContainerInfo? container) => SharesNoGroup(container)
        ? "'launch_nested_container_session.container.linux_info' is invalid: 'share_cgroups' cannot be set to 'false' for nested container sessions"
        : null;

    private static string? Launch(Call.Types.LaunchContainer launch)
    {
        if (Id(launch.ContainerId, "launch_container") is { } wrong)
        {
            return wrong;
        }
        var reading = ResourceReader.Read(launch.Resources);
        if (!reading.IsValid)
        {
            return "Invalid resources: " + string.Join("; ", reading.Problems);
        }
        var isDeep = launch.ContainerId.Parent?.Parent is not null;
        return (launch.ContainerId.Parent is null ? Alone(launch, reading.Bag) : null)
            ?? Command(launch.Command, "launch_container")
            ?? (isDeep && launch.Resources.Count > 0
                ? "'launch_container' is invalid: containers nested at the second level or greater cannot specify resources" : null)
            ?? (isDeep && launch.Limits.Count > 0
                ? "'launch_container' is invalid: containers nested at the second level or greater cannot specify resource limits" : null)
            ?? DeepGroup(launch.ContainerId, launch.Container, "launch_container");
    }

    private static string? Alone(Call.Types.LaunchContainer launch, ResourceBag resources) =>
        resources.Any(entry => entry.Kind.ReservationRole is not null) ? "'launch_container.resources' must be unreserved"
        : !resources.PersistentVolumes().IsEmpty ? "'launch_container.resources' may not use persistent volumes"
        : resources.Any(entry => entry.Kind.IsRevocable) ? "'launch_container.resources' must be non-revocable"
        : launch.Container?.LinuxInfo is { HasShareCgroups: true, ShareCgroups: true }
            ? "'launch_container' is invalid: containers without a parent cannot set 'share_cgroups' to 'true'"
        : null;

    private static string? NoProviderId(ResourceProviderInfo info, string member) =>
        info.Id is null ? null : $"Expecting '{member}.info.id' to be unset";
}
