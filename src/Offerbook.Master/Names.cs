// The generated messages whose plain names say too little here, or clash.
global using AgentCall = Offerbook.Wire.AgentProtocol.Call;
global using AgentEvent = Offerbook.Wire.AgentProtocol.Event;
global using FrameworkCapability = Mesos.V1.FrameworkInfo.Types.Capability.Types.Type;
global using MesosTask = Mesos.V1.Task;
global using Operation = Mesos.V1.Offer.Types.Operation;
global using OperationType = Mesos.V1.Offer.Types.Operation.Types.Type;
global using OperatorCall = Mesos.V1.Master.Call;
global using OperatorEvent = Mesos.V1.Master.Event;
global using OperatorResponse = Mesos.V1.Master.Response;
global using Reason = Mesos.V1.TaskStatus.Types.Reason;
global using SchedulerCall = Mesos.V1.Scheduler.Call;
global using SchedulerEvent = Mesos.V1.Scheduler.Event;
global using TaskStatus = Mesos.V1.TaskStatus;
global using Source = Mesos.V1.TaskStatus.Types.Source;
