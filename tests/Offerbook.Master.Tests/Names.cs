global using KitOperations = Offerbook.Conformance.Kit.Operations;
global using TaskStatus = Mesos.V1.TaskStatus;
global using Task = System.Threading.Tasks.Task;
