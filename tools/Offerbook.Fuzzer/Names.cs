// Plain names that clash between the protocol and the base library.
global using Task = System.Threading.Tasks.Task;
global using TaskStatus = Mesos.V1.TaskStatus;
