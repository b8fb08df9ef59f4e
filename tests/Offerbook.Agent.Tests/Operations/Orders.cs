using Google.Protobuf;
using Mesos.V1;
using Offerbook.Wire.AgentProtocol;
using MesosOperation = Mesos.V1.Offer.Types.Operation;

namespace Offerbook.Agent.Tests.Operations;

/// <summary>Short words for operations that a master sends.</summary>
internal static class Orders
{
    public static ByteString Uuid(byte number)
    {
        var bytes = new byte[16];
        bytes[15] = number;
        return ByteString.CopyFrom(bytes);
    }

    public static Event Apply(MesosOperation info, byte uuid, ulong version = 0, string? framework = "f1") => new()
    {
        Type = Event.Types.Type.ApplyOperation,
        ApplyOperation = new()
        {
            Info = info,
            OperationUuid = Uuid(uuid),
            ResourceVersion = version,
            FrameworkId = framework is null ? null : new FrameworkID { Value = framework },
        },
    };

    public static Event Acknowledge(byte uuid, OperationStatus status) => new()
    {
        Type = Event.Types.Type.AcknowledgeOperation,
        AcknowledgeOperation = new() { OperationUuid = Uuid(uuid), StatusUuid = status.Uuid.Value },
    };

    public static Event Reconcile(byte uuid, string id) => new()
    {
        Type = Event.Types.Type.ReconcileOperations,
        ReconcileOperations = new()
        {
            Operations =
            {
                new Event.Types.ReconcileOperations.Types.Entry
                {
                    OperationUuid = Uuid(uuid), OperationId = new OperationID { Value = id },
                    FrameworkId = new FrameworkID { Value = "f1" },
                },
            },
        },
    };

    public static MesosOperation Reserve(string? id, params Resource[] resources) =>
        Named(id, new MesosOperation { Type = MesosOperation.Types.Type.Reserve, Reserve = new() { Resources = { resources } } });

    public static MesosOperation Create(string? id, params Resource[] volumes) =>
        Named(id, new MesosOperation { Type = MesosOperation.Types.Type.Create, Create = new() { Volumes = { volumes } } });

    public static MesosOperation Destroy(string? id, params Resource[] volumes) =>
        Named(id, new MesosOperation { Type = MesosOperation.Types.Type.Destroy, Destroy = new() { Volumes = { volumes } } });

    /// <summary>Reserved to the role web and offered in it.</summary>
    public static Resource Reserved(string name, double amount) => new()
    {
        Name = name,
        Type = Value.Types.Type.Scalar,
        Scalar = new Value.Types.Scalar { Value = amount },
        Reservations = { new Resource.Types.ReservationInfo { Type = Resource.Types.ReservationInfo.Types.Type.Dynamic, Role = "web" } },
        AllocationInfo = new Resource.Types.AllocationInfo { Role = "web" },
    };

    public static Resource Volume(double size, string id, string path = "data")
    {
        var volume = Reserved("disk", size);
        volume.Disk = new Resource.Types.DiskInfo
        {
            Persistence = new Resource.Types.DiskInfo.Types.Persistence { Id = id },
            Volume = new Volume { ContainerPath = path, Mode = Mesos.V1.Volume.Types.Mode.Rw },
        };
        return volume;
    }

    private static MesosOperation Named(string? id, MesosOperation operation)
    {
        operation.Id = id is null ? null : new OperationID { Value = id };
        return operation;
    }
}
