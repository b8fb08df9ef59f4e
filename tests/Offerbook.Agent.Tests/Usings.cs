global using Task = System.Threading.Tasks.Task;
global using TaskStatus = Mesos.V1.TaskStatus;
global using ExecutorCall = Mesos.V1.Executor.Call;
global using ExecutorEvent = Mesos.V1.Executor.Event;
