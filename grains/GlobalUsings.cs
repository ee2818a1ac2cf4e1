global using System.Collections.Immutable;
global using Orleans.Concurrency;
global using PointsMall.GrainInterfaces;
global using PointsMall.GrainInterfaces.Inventory;
global using PointsMall.GrainInterfaces.Members;
global using PointsMall.GrainInterfaces.Orders;
global using PointsMall.GrainInterfaces.Programme;
global using PointsMall.Grains.Programme;
