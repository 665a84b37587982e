// Frontend - Connexion WebSocket
const socket = io('http://localhost:4000/messaging', {
  auth: { token: userJWT }
});

socket.on('connected', (data) => {
  console.log('Connected as:', data.userId);
  
  // Join conversation
  socket.emit('joinConversation', { conversationId: 'TICKET-123' });
});

// Recevoir nouveau message
socket.on('newMessage', ({ message }) => {
  console.log('New message from:', message.staffId);
  displayMessage(message);
});

// Envoyer message
async function sendMessage(content) {
  // Via REST API (persisté en base)
  const response = await fetch('http://localhost:4000/api/messages', {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'Authorization': `Bearer ${userJWT}`
    },
    body: JSON.stringify({
      customerId: currentUser.id,
      staffId: assignedStaff.id,
      subject: 'RE: Problème démarrage',
      content: content,
      priority: 'normal'
    })
  });
  
  const message = await response.json();
  // WebSocket event émis automatiquement
}

// Indicateur frappe
function onTyping(isTyping) {
  socket.emit('typing', {
    recipientId: assignedStaff.id,
    isTyping: isTyping
  });
}

// Staff reçoit
socket.on('userTyping', ({ userId, isTyping }) => {
  showTypingIndicator(userId, isTyping);
});
