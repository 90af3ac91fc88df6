Console.WriteLine("This program was signed by Signet, or waits to be.");
