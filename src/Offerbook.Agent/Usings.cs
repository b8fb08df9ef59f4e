global using MesosTask = Mesos.V1.Task;
global using TaskStatus = Mesos.V1.TaskStatus;
