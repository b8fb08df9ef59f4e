global using TaskStatus = Mesos.V1.TaskStatus;
